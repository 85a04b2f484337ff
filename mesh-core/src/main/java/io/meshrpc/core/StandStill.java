package io.meshrpc.core;

/**
 * Notices that the process stood still: the loop, which is due once a second as long as it has clients, was
 * not there. What ran meanwhile took as much longer, and that tells nothing of the work.
 */
final class StandStill {
  static final long TICK_NS = 1_000_000_000L;
  private static final long LATE_NS = 200_000_000L;

  private long seenNs;
  private long endNs = Long.MIN_VALUE;

  StandStill(long nowNs) {
    this.seenNs = nowNs;
  }

  /** The loop is there. */
  void see(long nowNs) {
    if (nowNs - seenNs > TICK_NS + LATE_NS) {
      endNs = nowNs;
    }
    seenNs = nowNs;
  }

  /** Whether it has stood still since. */
  boolean wasSince(long fromNs) {
    return fromNs < endNs;
  }
}
