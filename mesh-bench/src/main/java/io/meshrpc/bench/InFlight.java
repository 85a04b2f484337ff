package io.meshrpc.bench;

import org.jspecify.annotations.Nullable;

/** A call that has begun. */
final class InFlight {
  private final CallEnds ends;
  private final long startNs;

  InFlight(CallEnds ends, long startNs) {
    this.ends = ends;
    this.startNs = startNs;
  }

  /** Begins it. What the pipeline throws is its end. */
  void startOn(Pipeline pipeline) {
    try {
      pipeline.start(this);
    } catch (Exception e) {
      ended(e);
    }
  }

  /** It ended; null says that all is well. */
  void ended(@Nullable Throwable failure) {
    long endNs = System.nanoTime();
    ends.onEnded(endNs - startNs, endNs, failure);
  }

  /** It ended with an echo of this length. */
  void ended(int echoBytes, int payloadBytes) {
    ended(echoBytes == payloadBytes ? null : Echoes.wrongLength(echoBytes, payloadBytes));
  }
}
