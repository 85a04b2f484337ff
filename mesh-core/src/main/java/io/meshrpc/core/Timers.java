package io.meshrpc.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What falls due when. Setting, moving and cancelling cost O(log n) and leave nothing behind.
 *
 * @param <T> what is timed
 */
final class Timers<T extends Timers.Timed> {
  private Timed[] heap = new Timed[64];
  private int size;

  /** Something that can stand in one {@link Timers} at a time. */
  abstract static class Timed {
    private long dueNs;
    private int index = -1;

    /** Whether it is to fall due. */
    final boolean isSet() {
      return index >= 0;
    }
  }

  /** Sets or moves. */
  void set(T timed, long dueNs) {
    Timed entry = timed; // the fields are Timed's own
    if (entry.index < 0) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
      }
      entry.index = size;
      heap[size++] = entry;
    }
    entry.dueNs = dueNs;
    siftUp(entry.index);
    siftDown(entry.index);
  }

  /** Cancels; nothing if it was not set. */
  void cancel(T timed) {
    Timed entry = timed;
    if (entry.index >= 0) {
      removeAt(entry.index);
    }
  }

  /** Takes the first that is due at this moment or was before; null if none is. */
  @SuppressWarnings("unchecked") // only T ever came in
  @Nullable
  T pollDue(long nowNs) {
    if (size == 0 || heap[0].dueNs > nowNs) {
      return null;
    }
    Timed first = heap[0];
    removeAt(0);
    return (T) first;
  }

  /** When the next falls due; {@link Long#MAX_VALUE} if nothing is set. */
  long nextDueNs() {
    return size == 0 ? Long.MAX_VALUE : heap[0].dueNs;
  }

  private void removeAt(int index) {
    Timed gone = heap[index];
    size--;
    Timed last = heap[size];
    heap[size] = null;
    gone.index = -1;
    if (index < size) {
      heap[index] = last;
      last.index = index;
      siftUp(index);
      siftDown(last.index);
    }
  }

  private void siftUp(int from) {
    int index = from;
    Timed entry = heap[index];
    while (index > 0) {
      int parent = (index - 1) >>> 1;
      if (heap[parent].dueNs <= entry.dueNs) {
        break;
      }
      place(heap[parent], index);
      index = parent;
    }
    place(entry, index);
  }

  private void siftDown(int from) {
    int index = from;
    Timed entry = heap[index];
    while (true) {
      int child = 2 * index + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && heap[child + 1].dueNs < heap[child].dueNs) {
        child++;
      }
      if (heap[child].dueNs >= entry.dueNs) {
        break;
      }
      place(heap[child], index);
      index = child;
    }
    place(entry, index);
  }

  private void place(Timed entry, int index) {
    heap[index] = entry;
    entry.index = index;
  }
}
