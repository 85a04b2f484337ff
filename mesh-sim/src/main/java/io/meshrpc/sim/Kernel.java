package io.meshrpc.sim;

import java.util.Arrays;

/**
 * Virtual time: a queue of events, ordered by moment, and by the order of planning within a moment.
 * Nothing happens but events, one after the other.
 */
final class Kernel {
  private Event[] heap = new Event[1024];
  private int size;
  private long planned;
  private long happened;
  private long nowNs;

  /** What time it is, since the start of the simulation. */
  long nowNs() {
    return nowNs;
  }

  /** How many events have happened. */
  long happened() {
    return happened;
  }

  /** Plans an event; what lies in the past happens now. */
  void at(long atNs, Event event) {
    event.atNs = Math.max(nowNs, atNs);
    event.number = ++planned;
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    siftUp(size++, event);
  }

  /** Plans an action. */
  void at(long atNs, Runnable action) {
    at(atNs, new Event() {
      @Override
      void happen() {
        action.run();
      }
    });
  }

  /** Plans an action for so many nanoseconds from now. */
  void in(long spanNs, Runnable action) {
    at(nowNs + spanNs, action);
  }

  /** Lets everything happen up to this moment. */
  void runUntil(long untilNs) {
    boolean more = true;
    while (more) {
      more = step(untilNs);
    }
    nowNs = Math.max(nowNs, untilNs);
  }

  /** Lets the next event happen; false, and nothing happens, if there is none up to this moment. */
  boolean step(long untilNs) {
    if (size == 0 || heap[0].atNs > untilNs) {
      return false;
    }
    Event next = poll();
    nowNs = Math.max(nowNs, next.atNs);
    happened++;
    next.happen();
    return true;
  }

  private Event poll() {
    Event first = heap[0];
    Event last = heap[--size];
    heap[size] = null;
    if (size > 0) {
      siftDown(last);
    }
    return first;
  }

  private void siftUp(int from, Event event) {
    int index = from;
    while (index > 0) {
      int parent = (index - 1) >>> 1;
      if (!before(event, heap[parent])) {
        break;
      }
      heap[index] = heap[parent];
      index = parent;
    }
    heap[index] = event;
  }

  private void siftDown(Event event) {
    int index = 0;
    while (true) {
      int child = 2 * index + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && before(heap[child + 1], heap[child])) {
        child++;
      }
      if (!before(heap[child], event)) {
        break;
      }
      heap[index] = heap[child];
      index = child;
    }
    heap[index] = event;
  }

  private static boolean before(Event one, Event other) {
    return one.atNs < other.atNs || (one.atNs == other.atNs && one.number < other.number);
  }
}
