package io.meshrpc.policy;

import java.util.Arrays;

/** A quantile of the latest values, at most 128 of them. */
final class RecentQuantile {
  private static final int SIZE = 128;

  private final double quantile;
  private final int[] latest = new int[SIZE]; // a ring
  private final int[] sorted = new int[SIZE];
  private int count;
  private int next;

  /** The quantile is more than 0, and 1 at most. */
  RecentQuantile(double quantile) {
    this.quantile = quantile;
  }

  void add(int value) {
    if (count == SIZE) {
      int gone = Arrays.binarySearch(sorted, 0, count, latest[next]);
      System.arraycopy(sorted, gone + 1, sorted, gone, count - gone - 1);
      count--;
    }
    latest[next] = value;
    next = (next + 1) % SIZE;
    int found = Arrays.binarySearch(sorted, 0, count, value);
    int place = found >= 0 ? found : -found - 1;
    System.arraycopy(sorted, place, sorted, place + 1, count - place);
    sorted[place] = value;
    count++;
  }

  /** The lowest of the values that is not below that share of them; 0 if there is none. */
  int value() {
    return count == 0 ? 0 : sorted[(int) Math.ceil(quantile * count) - 1];
  }
}
