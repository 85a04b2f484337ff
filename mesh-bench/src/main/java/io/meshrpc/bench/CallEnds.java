package io.meshrpc.bench;

import org.jspecify.annotations.Nullable;

/** Is told how calls end. */
interface CallEnds {
  /**
   * A call has ended. From any thread.
   *
   * @param endNs when, by {@link System#nanoTime}
   * @param failure null: all is well
   */
  void onEnded(long tookNs, long endNs, @Nullable Throwable failure);
}
