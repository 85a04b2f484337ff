package io.meshrpc.sim;

/** Counts by tenths of a second, of the last 25 seconds. */
final class RecentCounts {
  static final long SLOT_NS = 100_000_000;
  private static final int SLOTS = 256; // a power of two

  private final int[] counts = new int[SLOTS];
  private final long[] numbers = new long[SLOTS]; // which tenth a slot is about

  /** One more in this tenth. */
  void add(long number) {
    int index = (int) (number & (SLOTS - 1));
    if (numbers[index] != number) {
      numbers[index] = number;
      counts[index] = 0;
    }
    counts[index]++;
  }

  /** How many there were from one tenth to another, both included. */
  int sum(long from, long to) {
    int sum = 0;
    for (long number = Math.max(0, from); number <= to; number++) {
      int index = (int) (number & (SLOTS - 1));
      sum += numbers[index] == number ? counts[index] : 0;
    }
    return sum;
  }
}
