package io.meshrpc.bench;

import org.jspecify.annotations.Nullable;

/** A call that has begun. */
final class InFlight {
  private final Window window;
  private final long startNs;

  InFlight(Window window, long startNs) {
    this.window = window;
    this.startNs = startNs;
  }

  /** It ended; null says that all is well. */
  void ended(@Nullable Throwable failure) {
    window.onEnded(System.nanoTime() - startNs, failure);
  }

  /** It ended with an echo of this length. */
  void ended(int echoBytes, int payloadBytes) {
    ended(echoBytes == payloadBytes ? null : Echoes.wrongLength(echoBytes, payloadBytes));
  }
}
