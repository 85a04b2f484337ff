package io.meshrpc.api;

import java.util.concurrent.CompletionStage;

/**
 * Serves one method. Runs on the executor of its service; {@link CallContext#current()} tells about
 * the call.
 *
 * @param <Q> the request's type
 * @param <R> the reply's type
 */
@FunctionalInterface
public interface Handler<Q, R> {
  /**
   * Serves one request. The stage may complete in any thread. An {@link RpcException}, thrown or
   * completed with, goes to the caller as it is; any other becomes {@link Code#UNKNOWN} without its
   * text.
   */
  CompletionStage<R> handle(Q request) throws Exception;
}
