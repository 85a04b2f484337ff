package io.meshrpc.zmq;

/**
 * The bounds of a server's connections, whoever is behind them.
 *
 * @param connectionsMax how many there may be
 * @param perAddressMax how many there may be from one address
 * @param firstWordNs how long one may be there without a first frame
 * @param silenceNs how long one may go without another
 * @param unreadBytesMax how many bytes may wait for one that does not read
 */
public record ConnectionLimits(
    int connectionsMax, int perAddressMax, long firstWordNs, long silenceNs, long unreadBytesMax) {
  private static final int BUFFER_BYTES = 32 << 10; // what JeroMQ keeps for one, with its objects

  /** What holds unless set otherwise. */
  public static final ConnectionLimits DEFAULTS = ofHeap(Runtime.getRuntime().maxMemory());

  /** The buffers of all must fit in half of the memory, and what waits for one in what may wait for all. */
  static ConnectionLimits ofHeap(long bytes) {
    return new ConnectionLimits(
        (int) Math.min(10_000, bytes / 2 / BUFFER_BYTES),
        2_500,
        30_000_000_000L,
        90_000_000_000L,
        Math.min(128L << 20, bytes / 4));
  }
}
