package io.meshrpc.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The calls that have not ended, by their numbers, and their deadlines. */
final class OpenCalls {
  private final Map<Long, ClientCall> bySeq = new LinkedHashMap<>(); // oldest first
  private final Timers<ClientCall> deadlines = new Timers<>();
  private long lastSeq;

  /** Gives the call its number. */
  void add(ClientCall call, long nowNs) {
    call.begin(++lastSeq, nowNs);
    bySeq.put(call.seq, call);
    deadlines.set(call, call.deadlineNs);
  }

  void remove(ClientCall call) {
    bySeq.remove(call.seq);
    deadlines.cancel(call);
  }

  @Nullable
  ClientCall get(long seq) {
    return bySeq.get(seq);
  }

  /** The open attempt of that number at this server. */
  @Nullable
  Attempt openAttempt(Peer peer, long seq, int number) {
    ClientCall call = bySeq.get(seq);
    Attempt attempt = call == null ? null : call.attempt(number);
    return attempt != null && attempt.isOpen() && attempt.peer == peer ? attempt : null;
  }

  List<ClientCall> all() {
    return new ArrayList<>(bySeq.values());
  }

  int count() {
    return bySeq.size();
  }

  /** Every call with a smaller number has ended. */
  long ackBelow() {
    return bySeq.isEmpty() ? lastSeq + 1 : bySeq.keySet().iterator().next();
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
