package io.meshrpc.core;

/**
 * The bounds of a client.
 *
 * @param requestBytesMax payload of a request
 * @param responseBytesMax payload of a response
 */
public record ClientLimits(int requestBytesMax, int responseBytesMax) {
  /** What holds unless set otherwise: 4 MiB each. */
  public static final ClientLimits DEFAULTS = new ClientLimits(4 << 20, 4 << 20);
}
