package io.meshrpc.core;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What falls due when, to the nanosecond. Most of it is set for later than all before it, since most
 * calls have one and the same time: that goes to the end of a lane, a list in its order, in constant
 * time, and so does taking it out. There are a few lanes, for as many usual times; what fits into none
 * goes into a heap.
 *
 * @param <T> what is timed
 */
final class Timers<T extends Timers.Timed> {
  private static final long CLOSE_NS = 1_000_000;
  private static final int NOWHERE = -1;
  private static final int IN_LANE = -2; // and less: the lane is that far below

  private final List<Chain<Timed>> lanes =
      List.of(new Chain<>(), new Chain<>(), new Chain<>(), new Chain<>());
  private Timed[] heap = new Timed[16];
  private int heapSize;
  private int latestLane;

  /** Something that can stand in one {@link Timers} at a time. */
  abstract static class Timed extends Chain.Link {
    private long dueNs;
    private int place = NOWHERE; // or its index in the heap, or its lane

    /** Whether it is to fall due. */
    final boolean isSet() {
      return place != NOWHERE;
    }
  }

  /** Sets or moves. */
  void set(T timed, long dueNs) {
    Timed entry = timed; // the fields are Timed's own
    remove(entry);
    entry.dueNs = dueNs;
    int lane = laneFor(dueNs);
    if (lane >= 0) {
      entry.place = IN_LANE - lane;
      lanes.get(lane).add(entry);
    } else {
      push(entry);
    }
  }

  /** Cancels; nothing if it was not set. */
  void cancel(T timed) {
    remove(timed);
  }

  /** Takes the first that is due at this moment or was before; null if none is. */
  @SuppressWarnings("unchecked") // only T ever came in
  @Nullable
  T pollDue(long nowNs) {
    Timed first = first();
    if (first == null || first.dueNs > nowNs) {
      return null;
    }
    remove(first);
    return (T) first;
  }

  /** When the next falls due; {@link Long#MAX_VALUE} if nothing is set. */
  long nextDueNs() {
    Timed first = first();
    return first == null ? Long.MAX_VALUE : first.dueNs;
  }

  private @Nullable Timed first() {
    Timed first = heapSize == 0 ? null : heap[0];
    for (int lane = 0; lane < lanes.size(); lane++) {
      Timed head = lanes.get(lane).first();
      if (head != null && (first == null || head.dueNs < first.dueNs)) {
        first = head;
      }
    }
    return first;
  }

  /** The lane whose end is the latest that is not too late; else an empty one; -1 if there is none. */
  private int laneFor(long dueNs) {
    Timed latest = lanes.get(latestLane).last(); // most are set for soon after the one before
    if (latest != null && latest.dueNs <= dueNs && dueNs - latest.dueNs < CLOSE_NS) {
      return latestLane;
    }
    int lane = bestLaneFor(dueNs);
    latestLane = Math.max(0, lane);
    return lane;
  }

  private int bestLaneFor(long dueNs) {
    int best = -1;
    long bestNs = Long.MIN_VALUE; // of the end of that, if it has one
    for (int lane = 0; lane < lanes.size(); lane++) {
      Timed tail = lanes.get(lane).last();
      if (tail == null) {
        best = best < 0 ? lane : best;
      } else if (tail.dueNs <= dueNs && tail.dueNs > bestNs) {
        best = lane;
        bestNs = tail.dueNs;
      }
    }
    return best;
  }

  private void remove(Timed entry) {
    if (entry.place <= IN_LANE) {
      lanes.get(IN_LANE - entry.place).remove(entry);
      entry.place = NOWHERE;
    } else if (entry.place >= 0) {
      removeAt(entry.place);
    }
  }

  private void push(Timed entry) {
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, heapSize * 2);
    }
    place(entry, heapSize++);
    siftUp(entry.place);
  }

  private void removeAt(int index) {
    Timed gone = heap[index];
    heapSize--;
    Timed last = heap[heapSize];
    heap[heapSize] = null;
    gone.place = NOWHERE;
    if (index < heapSize) {
      place(last, index);
      siftUp(index);
      siftDown(last.place);
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
      if (child >= heapSize) {
        break;
      }
      if (child + 1 < heapSize && heap[child + 1].dueNs < heap[child].dueNs) {
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
    entry.place = index;
  }
}
