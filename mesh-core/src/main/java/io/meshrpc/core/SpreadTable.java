package io.meshrpc.core;

import io.meshrpc.wire.Numbered;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Things by their numbers, whatever those are. Open addressing; numbers are spread by the golden ratio
 * (Knuth, The Art of Computer Programming, vol. 3, 6.4), under which those that follow each other lie
 * far apart: side by side, to take one out would mean to walk past all behind it. Numbers stand beside
 * the entries: to look at one that is not meant would mean to wait for memory. An entry costs no object.
 *
 * @param <T> what has a number
 */
final class SpreadTable<T extends Numbered> {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L; // 2^64 / 1.618
  private static final int SLOTS_MIN = 16;
  private static final int YOUNG_USES = 4; // of each slot

  // never more than half full
  private @Nullable Numbered[] slots = new Numbered[SLOTS_MIN];
  private long[] numbers = new long[SLOTS_MIN]; // of what is in the slots
  private int shift = Long.numberOfLeadingZeros(SLOTS_MIN) + 1; // leaves the bits of a slot
  private int count;
  private int uses; // since the slots were made

  /** Adds one whose number is not there. */
  void add(T entry) {
    if (2 * ++count > slots.length) {
      grow();
    } else if (++uses > YOUNG_USES * slots.length) {
      slots = slots.clone(); // before it is old, as the ends of a Chain
      uses = 0;
    }
    put(entry);
  }

  private void put(Numbered entry) {
    long seq = entry.seq();
    int slot = slotOf(seq);
    slots[slot] = entry;
    numbers[slot] = seq;
  }

  @SuppressWarnings("unchecked") // only T ever came in
  @Nullable
  T get(long seq) {
    return (T) slots[slotOf(seq)];
  }

  /** Whether it was there. */
  boolean remove(T entry) {
    int slot = slotOf(entry.seq());
    if (slots[slot] != entry) {
      return false;
    }
    count--;
    empty(slot);
    return true;
  }

  int count() {
    return count;
  }

  /** Adds all to the list, in no order. */
  void addTo(List<T> all) {
    addTo(all, slots);
  }

  /** The same of what stands in an array with gaps. */
  @SuppressWarnings("unchecked") // as above
  static <T extends Numbered> void addTo(List<T> all, @Nullable Numbered[] entries) {
    for (Numbered entry : entries) {
      if (entry != null) {
        all.add((T) entry);
      }
    }
  }

  /** Where the number stands, or else where it would. */
  private int slotOf(long seq) {
    int mask = slots.length - 1;
    int slot = home(seq);
    while (slots[slot] != null && numbers[slot] != seq) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private int home(long seq) {
    return (int) (seq * GOLDEN >>> shift);
  }

  private void grow() {
    Numbered[] before = slots;
    slots = new Numbered[2 * before.length];
    uses = 0;
    numbers = new long[slots.length];
    shift--;
    for (Numbered entry : before) {
      if (entry != null) {
        put(entry);
      }
    }
  }

  /** Closes the gap, so that nobody who stands behind it is lost. */
  private void empty(int from) {
    int mask = slots.length - 1;
    int gap = from;
    int slot = (gap + 1) & mask;
    for (Numbered entry = slots[slot]; entry != null; entry = slots[slot]) {
      int home = home(numbers[slot]);
      if (((slot - home) & mask) >= ((slot - gap) & mask)) {
        slots[gap] = entry;
        numbers[gap] = numbers[slot];
        gap = slot;
      }
      slot = (slot + 1) & mask;
    }
    slots[gap] = null;
  }
}
