package io.meshrpc.api;

import org.jspecify.annotations.Nullable;

/**
 * Hears once how a call has ended, where a future of the call would be completed: on the client's callback executor, on
 * its loop while that is usually quick, or, if there is neither any more, in the thread that ends the call. A call that
 * cannot begin, because its request cannot be written or the client is closed, ends before {@code callAsync} returns: a
 * callback that makes the next call must not do so then, or the two follow each other without end. What a callback
 * throws is logged. It hears nothing while a {@link CallInterceptor} that has no call under way keeps the call.
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
