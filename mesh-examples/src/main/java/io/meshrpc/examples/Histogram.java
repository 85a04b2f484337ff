package io.meshrpc.examples;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts spans in classes of about 6 % width. Safe to use from any thread. */
final class Histogram {
  private static final int STEPS = 16; // classes for each doubling
  private final AtomicLongArray counts = new AtomicLongArray(STEPS * 48);

  void add(long ns) {
    counts.incrementAndGet(index(Math.max(ns, STEPS)));
  }

  long count() {
    long sum = 0;
    for (int i = 0; i < counts.length(); i++) {
      sum += counts.get(i);
    }
    return sum;
  }

  /** The span that this part of all spans does not exceed, in milliseconds. */
  double millis(double part) {
    long wanted = (long) Math.ceil(count() * part);
    long seen = 0;
    for (int i = 0; i < counts.length(); i++) {
      seen += counts.get(i);
      if (seen >= wanted && seen > 0) {
        return top(i) / 1e6;
      }
    }
    return 0;
  }

  private int index(long ns) {
    int doubling = 63 - Long.numberOfLeadingZeros(ns) - 4;
    int step = (int) (ns >>> doubling) - STEPS;
    return Math.min(doubling * STEPS + step, counts.length() - 1);
  }

  private static long top(int index) {
    return (long) (index % STEPS + STEPS + 1) << index / STEPS;
  }
}
