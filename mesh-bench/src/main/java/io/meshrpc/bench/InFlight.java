package io.meshrpc.bench;

import org.jspecify.annotations.Nullable;

/** A call that has begun, or several of which nobody needs to know when. */
abstract class InFlight {
  /** In place of a moment: that of most calls is not taken, see {@link Pace}. */
  static final long UNTIMED = Long.MIN_VALUE + 1;

  /** Begins it. What the pipeline throws is its end. */
  final void startOn(Pipeline pipeline) {
    try {
      pipeline.start(this);
    } catch (Exception e) {
      ended(e);
    }
  }

  /** It ended; null says that all is well. From any thread. */
  abstract void ended(@Nullable Throwable failure);

  /** It ended with an echo of this length. */
  final void ended(int echoBytes, int payloadBytes) {
    ended(echoBytes == payloadBytes ? null : Echoes.wrongLength(echoBytes, payloadBytes));
  }
}
