package io.meshrpc.api;

import java.util.concurrent.CompletionStage;

/** Stands around a server's handlers. Runs in the handler's thread. */
@FunctionalInterface
public interface ServerInterceptor {
  /** Passes the request on with {@link Next#handle}, or answers in the handler's place. */
  CompletionStage<?> intercept(CallContext context, Object request, Next next) throws Exception;

  /** The rest of the way. */
  interface Next {
    /** Runs the handler. */
    CompletionStage<?> handle(Object request) throws Exception;
  }
}
