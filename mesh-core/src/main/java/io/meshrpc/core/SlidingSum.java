package io.meshrpc.core;

/** How often something happened in the last thirty seconds, to the second. */
final class SlidingSum {
  private static final int SLOTS = 30;
  private static final long SLOT_NS = 1_000_000_000L;

  private final long[] counts = new long[SLOTS];
  private long slot = Long.MIN_VALUE; // the latest
  private int place; // of the latest
  private long endNs = Long.MIN_VALUE; // of the latest: most come before it, and divide nothing
  private long sum;

  void add(long nowNs) {
    turnTo(nowNs);
    counts[place]++;
    sum++;
  }

  long sum(long nowNs) {
    turnTo(nowNs);
    return sum;
  }

  private void turnTo(long nowNs) {
    if (nowNs < endNs) {
      return;
    }
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
    place = index(slot);
    endNs = (slot + 1) * SLOT_NS;
  }

  private static int index(long slot) {
    return (int) Math.floorMod(slot, SLOTS);
  }
}
