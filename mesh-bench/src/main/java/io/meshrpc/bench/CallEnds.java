package io.meshrpc.bench;

import org.jspecify.annotations.Nullable;

/** Is told how calls end. */
interface CallEnds {
  /**
   * A call has ended. From any thread.
   *
   * @param failure null: all is well
   */
  void onEnded(long tookNs, @Nullable Throwable failure);
}
