package io.meshrpc.zmq;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a loop hands to itself, first in, first out. It stands in new lists, for a collector of garbage makes it dear
 * to put new things into old ones. Owned by the loop.
 *
 * @param <T> what it is
 */
final class Own<T> {
  private List<T> added = new ArrayList<>();
  private List<T> taken = List.of();
  private int next; // of those taken

  /** Adds it; true. */
  boolean add(T item) {
    return added.add(item);
  }

  boolean isEmpty() {
    return next == taken.size() && added.isEmpty();
  }

  /** Takes out the first; null if there is none. */
  @Nullable
  T poll() {
    if (next == taken.size() && !turnOver()) {
      return null;
    }
    return taken.get(next++);
  }

  private boolean turnOver() {
    next = 0;
    if (added.isEmpty()) {
      taken = List.of(); // what was taken is not kept
      return false;
    }
    taken = added;
    added = new ArrayList<>(taken.size());
    return true;
  }
}
