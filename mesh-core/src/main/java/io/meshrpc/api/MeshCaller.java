package io.meshrpc.api;

import java.util.concurrent.CompletableFuture;

/** Makes calls: what generated clients are built on. Safe to use from any thread. */
public interface MeshCaller {
  /**
   * Calls and waits for the reply, no longer than the deadline.
   *
   * @throws RpcException if the call fails
   */
  <Q, R> R call(MethodDescriptor<Q, R> method, Q request, CallOptions options);

  /**
   * Calls and returns at once. The future fails with {@link RpcException}; cancelling it cancels the
   * call. It completes on the client's callback executor.
   */
  <Q, R> CompletableFuture<R> callAsync(
      MethodDescriptor<Q, R> method, Q request, CallOptions options);
}
