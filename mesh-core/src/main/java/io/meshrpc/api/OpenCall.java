package io.meshrpc.api;

/** A call whose end is told to a {@link ReplyCallback}. Safe to use from any thread. */
@FunctionalInterface
public interface OpenCall {
  /**
   * Cancels the call, which ends with {@link Code#CANCELLED}; nothing if it has ended. The callback hears of that soon.
   * If a future is inside, because interceptors see the call, a handler made it, or its caller is no {@code MeshClient},
   * it has heard of it when this returns, in this thread, and nobody knows whether the call ran: {@link
   * Execution#UNKNOWN}.
   */
  void cancel();
}
