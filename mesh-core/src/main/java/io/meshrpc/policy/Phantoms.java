package io.meshrpc.policy;

/**
 * Requests that count as if they were in flight at a server because others failed there a short
 * while ago: a server that fails at once must not look idle. Each fades away (Google SRE book,
 * chapter 20, on the sinkhole).
 */
final class Phantoms {
  private static final double FADE_NS = 10e9; // to 1/e

  private double count;
  private long atNs;

  /** Adds some, up to so many in all; never takes any away. */
  void add(double more, double most, long nowNs) {
    double now = count(nowNs);
    count = Math.max(now, Math.min(most, now + more));
    atNs = nowNs;
  }

  double count(long nowNs) {
    return count == 0 ? 0 : count * Math.exp((atNs - nowNs) / FADE_NS);
  }
}
