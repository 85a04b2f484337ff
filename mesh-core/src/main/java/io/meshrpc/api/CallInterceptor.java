package io.meshrpc.api;

import java.util.concurrent.CompletionStage;

/**
 * Stands around a client's calls, whatever number of attempts they take. Runs in the caller's thread; what it
 * hangs on a stage runs there as well if the caller waits, and on the client's callback executor otherwise.
 * What it throws, or its stage fails with, fails the call: an {@link RpcException} as it is, anything else with
 * {@link Code#INTERNAL} and the exception as its cause.
 */
@FunctionalInterface
public interface CallInterceptor {
  /** Passes the call on with {@link Next#call}, changed or not, or answers in its place. */
  <Q, R> CompletionStage<R> intercept(
      MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next);

  /** The rest of the way. */
  interface Next {
    /** Makes the call. */
    <Q, R> CompletionStage<R> call(MethodDescriptor<Q, R> method, Q request, CallOptions options);
  }
}
