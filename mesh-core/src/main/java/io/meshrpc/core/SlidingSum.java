package io.meshrpc.core;

import java.util.Arrays;

/**
 * How often something happened of late. The window slides by a slot; nothing is allocated after the
 * start.
 */
final class SlidingSum {
  private final long slotNs;
  private final long[] counts;
  private long slot = Long.MIN_VALUE; // the latest
  private int place; // of the latest
  private long endNs = Long.MIN_VALUE; // of the latest: most come before it, and divide nothing
  private long sum;

  /** Over so many slots of this span. */
  SlidingSum(int slots, long slotNs) {
    this.slotNs = slotNs;
    this.counts = new long[slots];
  }

  void add(long nowNs) {
    turnTo(nowNs);
    counts[place]++;
    sum++;
  }

  long sum(long nowNs) {
    turnTo(nowNs);
    return sum;
  }

  /** What was is void. */
  void clear() {
    Arrays.fill(counts, 0);
    sum = 0;
  }

  private void turnTo(long nowNs) {
    if (nowNs < endNs) {
      return;
    }
    long next = Math.floorDiv(nowNs, slotNs);
    if (slot == Long.MIN_VALUE) {
      slot = next;
    }
    long steps = Math.min(counts.length, next - slot);
    for (long step = 0; step < steps; step++) {
      int index = index(next - step);
      sum -= counts[index];
      counts[index] = 0;
    }
    slot = Math.max(slot, next);
    place = index(slot);
    endNs = (slot + 1) * slotNs;
  }

  private int index(long slot) {
    return (int) Math.floorMod(slot, counts.length);
  }
}
