package io.meshrpc.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls that have not ended, by their numbers, and their deadlines. A table with open addressing,
 * whose hash is the number itself: calls begin in the order of their numbers, so that those that are
 * open lie side by side and hardly ever meet. A call costs no object.
 */
final class OpenCalls {
  private @Nullable ClientCall[] slots = new ClientCall[64]; // never more than half full
  private @Nullable ClientCall oldest;
  private @Nullable ClientCall newest;
  private final Timers<ClientCall> deadlines = new Timers<>();
  private int count;
  private long lastSeq;

  /** Gives the call its number. */
  void add(ClientCall call, long nowNs) {
    call.begin(++lastSeq, nowNs);
    if (2 * ++count > slots.length) {
      grow();
    }
    put(call);
    call.older = newest;
    if (newest == null) {
      oldest = call;
    } else {
      newest.newer = call;
    }
    newest = call;
    deadlines.set(call, call.deadlineNs);
  }

  /** Nothing if it is not there. */
  void remove(ClientCall call) {
    int slot = slotOf(call.seq);
    if (slots[slot] != call) {
      return;
    }
    count--;
    empty(slot);
    unlink(call);
    deadlines.cancel(call);
  }

  @Nullable
  ClientCall get(long seq) {
    return slots[slotOf(seq)];
  }

  /** The open attempt of that number at this server. */
  @Nullable
  Attempt openAttempt(Peer peer, long seq, int number) {
    ClientCall call = get(seq);
    Attempt attempt = call == null ? null : call.attempt(number);
    return attempt != null && attempt.isOpen() && attempt.peer == peer ? attempt : null;
  }

  /** In the order of their beginning. */
  List<ClientCall> all() {
    List<ClientCall> all = new ArrayList<>(count);
    for (ClientCall call = oldest; call != null; call = call.newer) {
      all.add(call);
    }
    return all;
  }

  int count() {
    return count;
  }

  /** Every call with a smaller number has ended. */
  long ackBelow() {
    return oldest == null ? lastSeq + 1 : oldest.seq;
  }

  long nextDueNs() {
    return deadlines.nextDueNs();
  }

  /** The next call whose deadline has passed. */
  @Nullable
  ClientCall pollLate(long nowNs) {
    return deadlines.pollDue(nowNs);
  }

  /** Where the number stands, or else where it would. */
  private int slotOf(long seq) {
    int mask = slots.length - 1;
    int slot = (int) seq & mask;
    ClientCall call = slots[slot];
    while (call != null && call.seq != seq) {
      slot = (slot + 1) & mask;
      call = slots[slot];
    }
    return slot;
  }

  private void put(ClientCall call) {
    slots[slotOf(call.seq)] = call;
  }

  private void grow() {
    slots = new ClientCall[2 * slots.length];
    for (ClientCall call = oldest; call != null; call = call.newer) {
      put(call);
    }
  }

  /** Closes the gap, so that nobody who stands behind it is lost. */
  private void empty(int from) {
    int mask = slots.length - 1;
    int gap = from;
    int slot = (gap + 1) & mask;
    for (ClientCall call = slots[slot]; call != null; call = slots[slot]) {
      int home = (int) call.seq & mask;
      if (((slot - home) & mask) >= ((slot - gap) & mask)) {
        slots[gap] = call;
        gap = slot;
      }
      slot = (slot + 1) & mask;
    }
    slots[gap] = null;
  }

  private void unlink(ClientCall call) {
    ClientCall older = call.older;
    ClientCall newer = call.newer;
    if (older == null) {
      oldest = newer;
    } else {
      older.newer = newer;
    }
    if (newer == null) {
      newest = older;
    } else {
      newer.older = older;
    }
    call.older = null;
    call.newer = null;
  }
}
