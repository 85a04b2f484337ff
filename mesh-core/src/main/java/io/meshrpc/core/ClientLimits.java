package io.meshrpc.core;

/**
 * The bounds of a client.
 *
 * @param requestBytesMax payload of a request
 * @param responseBytesMax payload of a response
 * @param throttleRatio so many times as many requests are sent as are accepted; 0: as many as there are
 */
public record ClientLimits(int requestBytesMax, int responseBytesMax, double throttleRatio) {
  /** What holds unless set otherwise: 4 MiB each, and no throttle. */
  public static final ClientLimits DEFAULTS = new ClientLimits(4 << 20, 4 << 20);

  /** Without a throttle. */
  public ClientLimits(int requestBytesMax, int responseBytesMax) {
    this(requestBytesMax, responseBytesMax, 0);
  }
}
