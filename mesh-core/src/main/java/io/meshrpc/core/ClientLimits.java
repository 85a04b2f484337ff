package io.meshrpc.core;

/**
 * The bounds of a client.
 *
 * @param requestBytesMax payload of a request
 * @param responseBytesMax payload of a response
 * @param subsetAbove with more servers than this, the client keeps connections to a subset only
 * @param subsetSpread how many times twice the root of their number are in the subset
 */
public record ClientLimits(
    int requestBytesMax, int responseBytesMax, int subsetAbove, double subsetSpread) {
  /** What holds unless set otherwise: 4 MiB each, and a connection to every server. */
  public static final ClientLimits DEFAULTS =
      new ClientLimits(4 << 20, 4 << 20, Integer.MAX_VALUE, 1);
}
