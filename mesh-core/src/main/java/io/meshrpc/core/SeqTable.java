package io.meshrpc.core;

import io.meshrpc.wire.Numbered;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Things by their numbers, most of which follow each other: each stands in a ring where its number
 * says, so that what comes, is looked up and leaves one after the other lies side by side in the
 * processor's cache, and to take one out takes one step. Whose place is taken, as by one that stays
 * while all others come and go, stands in a {@link SpreadTable}. An entry costs no object.
 *
 * @param <T> what has a number
 */
final class SeqTable<T extends Numbered> {
  private static final int PLACES_MIN = 16;
  private static final int YOUNG_USES = 4; // of each place

  private @Nullable Numbered[] ring = new Numbered[PLACES_MIN]; // never more than half full
  private long[] numbers = new long[PLACES_MIN]; // of what is in the ring, or was
  private final SpreadTable<T> others = new SpreadTable<>();
  private int count; // of all
  private int uses; // since the ring was made

  /** Adds one whose number is not there. */
  void add(T entry) {
    if (2 * ++count > ring.length) {
      grow();
    } else if (++uses > YOUNG_USES * ring.length) {
      ring = ring.clone(); // before it is old, as the ends of a Chain
      uses = 0;
    }
    if (ring[place(entry.seq())] == null) {
      put(entry);
    } else {
      others.add(entry);
    }
  }

  private void put(Numbered entry) {
    long seq = entry.seq();
    int place = place(seq);
    ring[place] = entry;
    numbers[place] = seq;
  }

  @SuppressWarnings("unchecked") // only T ever came in
  @Nullable
  T get(long seq) {
    int place = place(seq);
    if (numbers[place] == seq && ring[place] != null) {
      return (T) ring[place];
    }
    return others.count() == 0 ? null : others.get(seq);
  }

  /** Whether it was there. */
  boolean remove(T entry) {
    int place = place(entry.seq());
    if (ring[place] == entry) {
      ring[place] = null;
    } else if (!others.remove(entry)) {
      return false;
    }
    count--;
    return true;
  }

  int count() {
    return count;
  }

  /** In the order of their numbers. */
  List<T> all() {
    List<T> all = new ArrayList<>(count);
    SpreadTable.addTo(all, ring);
    others.addTo(all);
    all.sort(Comparator.comparingLong(Numbered::seq));
    return all;
  }

  private int place(long seq) {
    return (int) seq & (ring.length - 1);
  }

  /** Those that had places of their own have them in twice the room as well. */
  private void grow() {
    Numbered[] before = ring;
    ring = new Numbered[2 * before.length];
    numbers = new long[ring.length];
    uses = 0;
    for (Numbered entry : before) {
      if (entry != null) {
        put(entry);
      }
    }
  }
}
