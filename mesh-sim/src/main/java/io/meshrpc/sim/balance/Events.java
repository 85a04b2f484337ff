package io.meshrpc.sim.balance;

import java.util.Arrays;

/**
 * What is yet to happen, by time; what falls on the same moment happens in the order in which it was
 * added. A binary heap in arrays: an event costs no object.
 */
final class Events {
  private static final int KIND_BITS = 4;

  private long[] times = new long[1024];
  private long[] orders = new long[1024]; // a running number, and the kind in the low bits
  private Object[] subjects = new Object[1024];
  private int count;
  private long added;

  // The event that was taken last.
  private long atNs;
  private int kind;
  private Object subject = this;

  boolean isEmpty() {
    return count == 0;
  }

  /** Adds an event; {@code kind} is from 0 to 15. */
  void add(long timeNs, int kindOfEvent, Object about) {
    if (count == times.length) {
      times = Arrays.copyOf(times, 2 * count);
      orders = Arrays.copyOf(orders, 2 * count);
      subjects = Arrays.copyOf(subjects, 2 * count);
    }
    long order = (added++ << KIND_BITS) | kindOfEvent;
    int place = count++;
    while (place > 0) {
      int parent = (place - 1) >>> 1;
      if (!isBefore(timeNs, order, parent)) {
        break;
      }
      move(parent, place);
      place = parent;
    }
    put(place, timeNs, order, about);
  }

  /** Takes the next event, to be read by {@link #atNs}, {@link #kind} and {@link #subject}. */
  void take() {
    atNs = times[0];
    kind = (int) (orders[0] & ((1 << KIND_BITS) - 1));
    subject = subjects[0];
    count--;
    long time = times[count];
    long order = orders[count];
    Object about = subjects[count];
    int place = 0;
    int child = 1;
    while (child < count) {
      if (child + 1 < count && isBefore(times[child + 1], orders[child + 1], child)) {
        child++;
      }
      if (isBefore(time, order, child)) {
        break;
      }
      move(child, place);
      place = child;
      child = 2 * place + 1;
    }
    put(place, time, order, about);
  }

  long atNs() {
    return atNs;
  }

  int kind() {
    return kind;
  }

  Object subject() {
    return subject;
  }

  private boolean isBefore(long time, long order, int place) {
    return time < times[place] || (time == times[place] && order < orders[place]);
  }

  private void move(int from, int to) {
    times[to] = times[from];
    orders[to] = orders[from];
    subjects[to] = subjects[from];
  }

  private void put(int place, long time, long order, Object about) {
    times[place] = time;
    orders[place] = order;
    subjects[place] = about;
  }
}
