package io.meshrpc.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The calls that have not ended, by their numbers and in their order, and their deadlines. */
final class OpenCalls {
  private final SeqTable<ClientCall> bySeq = new SeqTable<>();
  private @Nullable ClientCall oldest;
  private @Nullable ClientCall newest;
  private final Timers<ClientCall> deadlines = new Timers<>();
  private long lastSeq;

  /** Gives the call its number. */
  void add(ClientCall call, long nowNs) {
    call.begin(++lastSeq, nowNs);
    bySeq.add(call);
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
    if (bySeq.remove(call)) {
      unlink(call);
      deadlines.cancel(call);
    }
  }

  @Nullable
  ClientCall get(long seq) {
    return bySeq.get(seq);
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
    List<ClientCall> all = new ArrayList<>(count());
    for (ClientCall call = oldest; call != null; call = call.newer) {
      all.add(call);
    }
    return all;
  }

  int count() {
    return bySeq.count();
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
