package io.meshrpc.core;

/** How many calls went well at a server of late. The window slides by a tenth of its span. */
final class SuccessWindow {
  private static final int SLOTS = 10;

  private final SlidingSum good;
  private final SlidingSum bad;

  SuccessWindow(long spanNs) {
    long slotNs = Math.max(1, spanNs / SLOTS);
    this.good = new SlidingSum(SLOTS, slotNs);
    this.bad = new SlidingSum(SLOTS, slotNs);
  }

  void add(boolean well, long nowNs) {
    (well ? good : bad).add(nowNs);
  }

  /** How many calls there are. */
  long count(long nowNs) {
    return good.sum(nowNs) + bad.sum(nowNs);
  }

  /** How many of them went well. */
  long goodCount(long nowNs) {
    return good.sum(nowNs);
  }

  /** The share of them that went well; 1 if there are none. */
  double share(long nowNs) {
    long all = count(nowNs);
    return all == 0 ? 1 : (double) goodCount(nowNs) / all;
  }

  /** What was is void. */
  void clear() {
    good.clear();
    bad.clear();
  }
}
