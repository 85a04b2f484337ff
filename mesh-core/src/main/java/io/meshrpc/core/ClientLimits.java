package io.meshrpc.core;

/**
 * The bounds of a client.
 *
 * @param requestBytesMax payload of a request
 * @param responseBytesMax payload of a response
 * @param subsetAbove with more servers than this, the client keeps connections to a subset only
 * @param subsetSpread how many times twice the root of their number are in the subset
 * @param throttleRatio so many times as many requests are sent as are accepted; 0: as many as there are
 */
public record ClientLimits(
    int requestBytesMax,
    int responseBytesMax,
    int subsetAbove,
    double subsetSpread,
    double throttleRatio) {
  /** What holds unless set otherwise: 4 MiB each, a connection to every server, and no throttle. */
  public static final ClientLimits DEFAULTS = new ClientLimits(4 << 20, 4 << 20);

  /** With a connection to every server, and without a throttle. */
  public ClientLimits(int requestBytesMax, int responseBytesMax) {
    this(requestBytesMax, responseBytesMax, Integer.MAX_VALUE, 1, Throttle.OFF);
  }

  /** These limits with subsets. */
  public ClientLimits withSubset(int above, double spread) {
    return new ClientLimits(requestBytesMax, responseBytesMax, above, spread, throttleRatio);
  }

  /** These limits with a throttle. */
  public ClientLimits withThrottle(double ratio) {
    return new ClientLimits(requestBytesMax, responseBytesMax, subsetAbove, subsetSpread, ratio);
  }
}
