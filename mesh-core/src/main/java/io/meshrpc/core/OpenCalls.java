package io.meshrpc.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The calls that have not ended, by their numbers and in their order, and their deadlines. */
final class OpenCalls {
  private final SeqTable<ClientCall> bySeq = new SeqTable<>();
  private final Timers<ClientCall> deadlines = new Timers<>();
  private long lastSeq;
  private long openFrom = 1; // all smaller numbers have ended; grows when it is asked for

  /** Gives the call its number. */
  void add(ClientCall call, long nowNs) {
    call.begin(++lastSeq, nowNs);
    bySeq.add(call);
    deadlines.set(call, call.deadlineNs);
  }

  /** Nothing if it is not there. */
  void remove(ClientCall call) {
    if (bySeq.remove(call)) {
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
    return bySeq.all();
  }

  int count() {
    return bySeq.count();
  }

  /** Every call with a smaller number has ended. */
  long ackBelow() {
    while (openFrom <= lastSeq && bySeq.get(openFrom) == null) {
      openFrom++;
    }
    return openFrom;
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
