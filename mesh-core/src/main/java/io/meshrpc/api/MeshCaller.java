package io.meshrpc.api;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Makes calls: what generated clients are built on. Safe to use from any thread.
 *
 * <p>What is thrown for options that hedge a method that may not run twice goes to the {@link CallInterceptor}s
 * of the client first, if it has any. From there on it is what they threw: the call fails with {@link
 * Code#INTERNAL} and it as the cause.
 */
public interface MeshCaller {
  /**
   * Calls and waits for the reply, no longer than the deadline. A thread that is interrupted cancels the
   * call, gets {@link Code#CANCELLED} and keeps its interrupt.
   *
   * @throws RpcException if the call fails
   * @throws IllegalArgumentException if the options hedge a method that may not run twice
   * @throws IllegalStateException if called on the client's loop, which would wait for itself
   */
  <Q, R> R call(MethodDescriptor<Q, R> method, Q request, CallOptions options);

  /**
   * Calls and returns at once. The future fails with {@link RpcException}, also if the request cannot be
   * written or the client is closed; cancelling it cancels the call. It completes on the client's callback
   * executor, or on its loop while that is usually quick, or, if there is neither any more, in the thread
   * that ends it.
   *
   * @throws IllegalArgumentException if the options hedge a method that may not run twice
   */
  <Q, R> CompletableFuture<R> callAsync(
      MethodDescriptor<Q, R> method, Q request, CallOptions options);

  /**
   * Calls and returns at once; the callback hears how the call ended, in place of a future, which costs more. That
   * matters to who makes hundreds of thousands of calls a second. What is returned cancels the call.
   *
   * @throws IllegalArgumentException if the options hedge a method that may not run twice
   */
  default <Q, R> OpenCall callAsync(
      MethodDescriptor<Q, R> method,
      Q request,
      CallOptions options,
      ReplyCallback<? super R> callback) {
    Objects.requireNonNull(callback, "callback");
    return CallOfFuture.tell(callAsync(method, request, options), callback);
  }
}
