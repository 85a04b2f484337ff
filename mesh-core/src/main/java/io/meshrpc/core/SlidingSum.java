package io.meshrpc.core;

/** How often something happened in the last thirty seconds, to the second. */
final class SlidingSum {
  private static final int SLOTS = 30;
  private static final long SLOT_NS = 1_000_000_000L;

  private final long[] counts = new long[SLOTS];
  private long slot = Long.MIN_VALUE; // the latest
  private long sum;

  void add(long nowNs) {
    turnTo(nowNs);
    counts[index(slot)]++;
    sum++;
  }

  long sum(long nowNs) {
    turnTo(nowNs);
    return sum;
  }

  private void turnTo(long nowNs) {
    long next = Math.floorDiv(nowNs, SLOT_NS);
    if (slot == Long.MIN_VALUE) {
      slot = next;
    }
    long steps = Math.min(SLOTS, next - slot);
    for (long step = 0; step < steps; step++) {
      int index = index(next - step);
      sum -= counts[index];
      counts[index] = 0;
    }
    slot = Math.max(slot, next);
  }

  private static int index(long slot) {
    return (int) Math.floorMod(slot, SLOTS);
  }
}
