package io.meshrpc.api;

import java.util.concurrent.CompletionStage;

/** Stands around a client's calls, whatever number of attempts they take. Runs in the caller's thread. */
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
