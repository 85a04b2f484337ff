package io.meshrpc.sim.balance;

/** When a run measures: calls that are due from the end of the warm-up until the end. */
record Timing(long warmUpNs, long measuredNs) {
  static final long WARM_UP_NS = 2_000_000_000L;

  static Timing ofSeconds(double seconds) {
    return new Timing(WARM_UP_NS, (long) (seconds * 1e9));
  }

  long endNs() {
    return warmUpNs + measuredNs;
  }

  /** The moment at this share of the measured span. */
  long at(double share) {
    return warmUpNs + (long) (share * measuredNs);
  }
}
