package io.meshrpc.api;

/**
 * Sees every attempt of a client. Runs on the loop, between a call and the socket: it must be short
 * and must not block. One that is given to several clients is called by the loop of each, at the same time.
 */
public interface AttemptInterceptor {
  /** Sees nothing, changes nothing. */
  AttemptInterceptor NONE = new AttemptInterceptor() {};

  /**
   * An attempt is about to be sent; returns the metadata to send with it. One whose connection was lost, and
   * that asks the same server process again, is sent again, under a new number. What this throws fails the call
   * with {@link Code#INTERNAL}, {@link Execution#NOT_SENT} if nothing was sent before, and the exception as its
   * cause.
   */
  default Metadata onSend(
      MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
    return metadata;
  }

  /**
   * An attempt ended for which {@link #onSend} has returned: once for each, under its latest number, also if its
   * metadata was too large to be sent. What this throws is logged.
   */
  default void onEnd(AttemptTrace attempt) {}
}
