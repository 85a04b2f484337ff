package io.meshrpc.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The calls that have not ended, by their numbers and in their order, and their deadlines. */
final class OpenCalls {
  private final SeqTable<ClientCall> bySeq = new SeqTable<>();
  private final Chain<ClientCall> inOrder = new Chain<>(); // of their numbers
  private final Timers<ClientCall> deadlines = new Timers<>();
  private long lastSeq;

  /** Gives the call its number. */
  void add(ClientCall call, long nowNs) {
    call.begin(++lastSeq, nowNs);
    bySeq.add(call);
    inOrder.add(call);
    deadlines.set(call, call.deadlineNs);
  }

  /** Nothing if it is not there. */
  void remove(ClientCall call) {
    if (bySeq.remove(call)) {
      inOrder.remove(call);
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
    return inOrder.all();
  }

  int count() {
    return bySeq.count();
  }

  /** Every call with a smaller number has ended. */
  long ackBelow() {
    ClientCall oldest = inOrder.first();
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
}
