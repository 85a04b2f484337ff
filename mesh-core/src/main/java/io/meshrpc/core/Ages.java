package io.meshrpc.core;

import java.util.function.LongPredicate;

/**
 * Numbers in the order in which they came, and when that was. Those that are no longer wanted leave when
 * their turn has come, or when room is needed. A number costs no object.
 */
final class Ages {
  private static final int PLACES_MIN = 16;

  private final LongPredicate wanted;
  private long[] numbers = new long[PLACES_MIN]; // a ring
  private long[] cameNs = new long[PLACES_MIN];
  private int first;
  private int count; // the unwanted included

  /** Empty. */
  Ages(LongPredicate wanted) {
    this.wanted = wanted;
  }

  /** Adds one that came no earlier than all that are there. */
  void add(long number, long nowNs) {
    if (count == numbers.length) {
      makeRoom();
    }
    put(count++, number, nowNs);
  }

  /** Whether none is wanted; if this says no, there is a first. */
  boolean isEmpty() {
    while (count > 0 && !wanted.test(numbers[first])) {
      removeFirst();
    }
    return count == 0;
  }

  /** The one that came before all others; for tests. */
  long first() {
    return numbers[first];
  }

  /** When that was; {@link Long#MAX_VALUE} if there is none. */
  long firstNs() {
    return isEmpty() ? Long.MAX_VALUE : cameNs[first];
  }

  /** Takes it out, and returns it. */
  long removeFirst() {
    long number = numbers[first];
    first = place(1);
    count--;
    return number;
  }

  /** For so many, the unwanted included, there is room; for tests. */
  int room() {
    return numbers.length;
  }

  private void makeRoom() {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int place = place(i);
      if (wanted.test(numbers[place])) {
        put(kept++, numbers[place], cameNs[place]);
      }
    }
    count = kept;
    if (2 * kept > numbers.length) {
      grow();
    }
  }

  private void grow() {
    long[] numbersBefore = numbers;
    long[] cameBefore = cameNs;
    int firstBefore = first;
    numbers = new long[2 * numbersBefore.length];
    cameNs = new long[numbers.length];
    first = 0;
    for (int i = 0; i < count; i++) {
      int place = (firstBefore + i) & (numbersBefore.length - 1);
      put(i, numbersBefore[place], cameBefore[place]);
    }
  }

  private void put(int index, long number, long nowNs) {
    int place = place(index);
    numbers[place] = number;
    cameNs[place] = nowNs;
  }

  private int place(int index) {
    return (first + index) & (numbers.length - 1);
  }
}
