package io.meshrpc.api;

/** A call whose end is told to a {@link ReplyCallback}. Safe to use from any thread. */
@FunctionalInterface
public interface OpenCall {
  /**
   * Cancels the call, which ends with {@link Code#CANCELLED} soon, or has by the time that this returns: its callback
   * hears of it, in this thread perhaps. Nothing if another end is already on its way to the callback.
   */
  void cancel();
}
