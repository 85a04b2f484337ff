package io.meshrpc.api;

/**
 * Sees every attempt of a client. Runs on the loop, between a call and the socket: it must be short
 * and must not block.
 */
public interface AttemptInterceptor {
  /** Sees nothing, changes nothing. */
  AttemptInterceptor NONE = new AttemptInterceptor() {};

  /** An attempt is about to be sent; returns the metadata to send with it. */
  default Metadata onSend(
      MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
    return metadata;
  }

  /** An attempt ended. */
  default void onEnd(AttemptTrace attempt) {}
}
