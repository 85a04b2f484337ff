package io.meshrpc.api;

import org.jspecify.annotations.Nullable;

/**
 * Hears once how a call has ended, where a future of the call would be completed: on the client's callback executor, or
 * on its loop while that is usually quick. A call that did not begin, for its request cannot be written or the client is
 * closed, has ended in the thread that makes it, before that goes on. What it throws is logged.
 *
 * @param <R> the reply's type
 */
@FunctionalInterface
public interface ReplyCallback<R> {
  /**
   * The call has ended.
   *
   * @param reply what came; null if the call failed
   * @param failure why it failed; null if it succeeded
   */
  void ended(@Nullable R reply, @Nullable RpcException failure);
}
