package io.meshrpc.api;

/**
 * Serves one method and returns when the reply is there.
 *
 * @param <Q> the request's type
 * @param <R> the reply's type
 */
@FunctionalInterface
public interface BlockingHandler<Q, R> {
  /** Serves one request; exceptions are treated as in {@link Handler#handle}. */
  R handle(Q request) throws Exception;
}
