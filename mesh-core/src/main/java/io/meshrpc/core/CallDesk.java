package io.meshrpc.core;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.Status;
import io.meshrpc.policy.Backoff;
import io.meshrpc.policy.RetryBudget;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** All calls that have not ended: sends them, moves them, tries them again, ends them. */
final class CallDesk implements Liveness.Listener {
  private final PeerTable table;
  private final LoadBalancer balancer;
  private final AttemptInterceptor interceptor;
  private final RandomGenerator random;
  private final ClientOutbox out;
  private final RetryBudget budget = new RetryBudget();
  private final Map<Long, ClientCall> calls = new LinkedHashMap<>(); // by seq, oldest first
  private final LinkedHashSet<ClientCall> waiting = new LinkedHashSet<>(); // for any server
  private final Timers<ClientCall> deadlines = new Timers<>();
  private final Timers<ClientCall.Retry> retries = new Timers<>();
  private final Timers<Attempt> patience = new Timers<>();
  private long lastSeq;
  private long now;
  private boolean sent; // since it was last asked

  CallDesk(
      PeerTable table,
      LoadBalancer balancer,
      AttemptInterceptor interceptor,
      RandomGenerator random,
      ClientOutbox out) {
    this.table = table;
    this.balancer = balancer;
    this.interceptor = interceptor;
    this.random = random;
    this.out = out;
  }

  void setNow(long nowNs) {
    now = nowNs;
  }

  long now() {
    return now;
  }

  void start(ClientCall call, long nowNs) {
    now = nowNs;
    call.seq = ++lastSeq;
    call.startNs = now;
    call.deadlineNs = now + call.timeoutNs();
    calls.put(call.seq, call);
    if (call.timeoutNs() <= 0) {
      fail(call, new Status(Code.DEADLINE_EXCEEDED, "no time was left at the start"));
      return;
    }
    deadlines.set(call, call.deadlineNs);
    launch(call);
  }

  void cancel(ClientCall call, Status status, long nowNs) {
    now = nowNs;
    if (!call.done && call.seq != 0) {
      fail(call, status);
    }
  }

  List<ClientCall> all() {
    return new ArrayList<>(calls.values());
  }

  long ackBelow() {
    return calls.isEmpty() ? lastSeq + 1 : calls.keySet().iterator().next();
  }

  /** Whether any request was sent since this was last asked. */
  boolean takeSent() {
    boolean before = sent;
    sent = false;
    return before;
  }

  int count() {
    return calls.size();
  }

  long nextDueNs() {
    long next = Math.min(deadlines.nextDueNs(), retries.nextDueNs());
    return Math.min(next, patience.nextDueNs());
  }

  void runDue() {
    ClientCall late;
    while ((late = deadlines.pollDue(now)) != null) {
      fail(late, Failures.deadline(late));
    }
    ClientCall.Retry retry;
    while ((retry = retries.pollDue(now)) != null) {
      retryNow(retry);
    }
    Attempt slow;
    while ((slow = patience.pollDue(now)) != null) {
      revoke(slow);
    }
  }

  void onResponse(Peer peer, Response answer, Liveness liveness) {
    ClientCall call = calls.get(answer.seq());
    Attempt attempt = call == null ? null : call.attempt(answer.attempt());
    if (call == null || attempt == null || !attempt.isOpen() || attempt.peer != peer) {
      return; // late and duplicate answers are normal
    }
    if (answer.execution() == Execution.EXECUTED) {
      peer.onAttemptTook(now - attempt.sentNs);
    }
    if (RetryRules.isServerFault(answer)) {
      liveness.onFault(peer, now);
    }
    if (answer.execution() == Execution.EXECUTED && answer.code() == Code.OK) {
      budget.onSuccess();
      end(attempt, Execution.EXECUTED, Status.OK);
      liveness.onSuccess(peer, now);
      call.succeed(answer);
      finish(call);
      return;
    }
    Status status = Failures.of(answer);
    switch (RetryRules.after(call, attempt, answer)) {
      case ASK_AGAIN -> attempt.lost = true;
      case FAIL -> {
        end(attempt, answer.execution(), status);
        failUnlessOpen(call, attempt, status, answer.metadata());
      }
      case REPICK -> {
        end(attempt, answer.execution(), status);
        call.counted--;
        again(call, 0, false);
      }
      case RETRY -> {
        end(attempt, answer.execution(), status);
        retry(call, attempt, status, answer);
      }
    }
  }

  void onCancelled(Peer peer, Cancelled cancelled) {
    ClientCall call = calls.get(cancelled.seq());
    Attempt attempt = call == null ? null : call.attempt(cancelled.attempt());
    if (call == null || attempt == null || !attempt.isOpen() || attempt.peer != peer) {
      return;
    }
    attempt.revoking = false;
    if (cancelled.stage() == Cancelled.Stage.NOT_STARTED) {
      end(attempt, Execution.NOT_EXECUTED, new Status(Code.CANCELLED, "taken back from the queue"));
      call.counted--;
      again(call, 0, false);
    }
  }

  @Override
  public void onSuspect(Peer peer, String reason) {
    for (Attempt attempt : new ArrayList<>(peer.open)) {
      if (attempt.call.mayRunTwice() && !peer.stalled) {
        attempt.displaced = true; // begin elsewhere, and take whichever answers first
        move(attempt.call);
      } else {
        revoke(attempt);
      }
    }
  }

  @Override
  public void onLost(Peer peer, String reason) {
    for (Attempt attempt : new ArrayList<>(peer.open)) {
      if (attempt.call.mayRunTwice()) {
        giveUp(attempt, reason);
      } else {
        attempt.lost = true;
        attempt.revoking = false;
        if (!attempt.call.mayAskAgain()) {
          giveUp(attempt, reason);
        }
      }
    }
  }

  @Override
  public void onGone(Peer peer, String reason) {
    for (Attempt attempt : new ArrayList<>(peer.open)) {
      giveUp(attempt, reason);
    }
  }

  @Override
  public void onBack(Peer peer) {
    for (Attempt attempt : new ArrayList<>(peer.open)) {
      if (attempt.lost) {
        attempt.lost = false;
        attempt.asked = true;
        attempt.number = ++attempt.call.numbers;
        send(attempt);
      }
    }
  }

  @Override
  public void onReady() {
    if (!waiting.isEmpty()) {
      List<ClientCall> all = new ArrayList<>(waiting);
      waiting.clear();
      all.forEach(this::launch);
    }
  }

  /** Sends a call to the best server that is there, or lets it wait for one. */
  private void launch(ClientCall call) {
    if (call.done || call.hasGoodAttempt()) {
      return;
    }
    List<Peer> candidates = table.candidates(call);
    if (candidates.isEmpty()) {
      boolean patient = call.options().waitForReady() || table.anyConnecting();
      if (patient || call.hasOpenAttempt()) {
        waiting.add(call);
      } else {
        fail(call, new Status(Code.UNAVAILABLE, "no server could be had"));
      }
      return;
    }
    int number = ++call.numbers;
    LoadBalancer.Pick pick = new LoadBalancer.Pick(candidates, call.method(), number, random);
    Peer peer = (Peer) balancer.pick(pick);
    if (call.payload().length > peer.requestBytesMax) {
      fail(call, Failures.tooLarge(call, peer.requestBytesMax, peer.endpoint()));
      return;
    }
    Attempt attempt = new Attempt(call, peer, number, now);
    call.attempts.add(attempt);
    call.counted++;
    peer.open.add(attempt);
    if (peer.state() == PeerState.PROBATION) {
      table.changed();
    }
    if (call.retry().attemptPatience() != null) {
      patience.set(attempt, now + call.retry().attemptPatience().toNanos());
    }
    send(attempt);
  }

  private void send(Attempt attempt) {
    sent = true;
    out.send(attempt.peer.id, attempt.peer.session, attempt.request(interceptor, now));
  }

  /** Nothing more will come of this attempt. */
  private void giveUp(Attempt attempt, String reason) {
    ClientCall call = attempt.call;
    boolean movedAlready = attempt.displaced;
    end(attempt, Execution.UNKNOWN, new Status(Code.UNAVAILABLE, reason));
    if (!call.mayRunTwice()) {
      failUnlessOpen(call, attempt, new Status(Code.UNAVAILABLE, reason), Metadata.EMPTY);
    } else if (!movedAlready) {
      move(call);
    }
  }

  /** The first move is free; later ones wait for the budget, and never fail for want of it. */
  private void move(ClientCall call) {
    if (call.hasGoodAttempt()) {
      return;
    }
    call.counted--;
    boolean free = call.freeMoves++ == 0;
    again(call, free ? 0 : pauseNs(call), !free);
  }

  private void retry(ClientCall call, Attempt attempt, Status status, Response answer) {
    if (call.hasGoodAttempt()) {
      return;
    }
    boolean spent = call.counted >= call.retry().maxAttempts();
    boolean notRun = answer.execution() == Execution.NOT_EXECUTED;
    boolean free = notRun && call.freeMoves++ == 0;
    if (spent || (!free && !budget.tryTake(now))) {
      String why = spent ? "" : " (not tried again: the retry budget is empty)";
      failUnlessOpen(
          call, attempt, new Status(status.code(), status.text() + why), answer.metadata());
      return;
    }
    boolean another = table.hasUntried(call);
    long pauseNs = free && another ? 0 : pauseNs(call);
    if (!another && answer.pushbackMs() > 0) {
      pauseNs = Math.max(pauseNs, answer.pushbackMs() * 1_000_000L);
    }
    again(call, pauseNs, false);
  }

  private void again(ClientCall call, long pauseNs, boolean needsBudget) {
    if (pauseNs == 0) {
      launch(call);
    } else {
      call.again.needsBudget = needsBudget;
      retries.set(call.again, now + pauseNs);
    }
  }

  private void retryNow(ClientCall.Retry retry) {
    ClientCall call = retry.call;
    if (call.done || call.hasGoodAttempt()) {
      return;
    }
    if (retry.needsBudget && !budget.tryTake(now)) {
      retries.set(retry, now + pauseNs(call));
      return;
    }
    launch(call);
  }

  private long pauseNs(ClientCall call) {
    call.backoffNs = Backoff.nextNs(call.retry(), call.backoffNs, random);
    return call.backoffNs;
  }

  private void revoke(Attempt attempt) {
    Peer peer = attempt.peer;
    if (attempt.isOpen() && !attempt.revoking && !attempt.lost && peer.session != 0) {
      attempt.revoking = true;
      out.send(peer.id, peer.session, new Cancel(attempt.call.seq, attempt.number, true));
    }
  }

  private void end(Attempt attempt, Execution execution, Status status) {
    attempt.end(execution, status, now);
    release(attempt);
  }

  private void release(Attempt attempt) {
    attempt.peer.open.remove(attempt);
    if (attempt.call.retry().attemptPatience() != null) {
      patience.cancel(attempt);
    }
    if (attempt.peer.state() == PeerState.PROBATION) {
      table.changed();
    }
    if (interceptor != AttemptInterceptor.NONE) {
      interceptor.onEnd(attempt.trace(attempt.call.startNs, now));
    }
  }

  private void failUnlessOpen(ClientCall call, Attempt ended, Status status, Metadata metadata) {
    boolean decided = ended.execution == Execution.EXECUTED;
    if (!call.done && (decided || !call.hasOpenAttempt())) {
      call.fail(Failures.after(call, ended, status, metadata, now));
      finish(call);
    }
  }

  private void fail(ClientCall call, Status status) {
    call.fail(Failures.of(call, status, waiting.contains(call), table, now));
    finish(call);
  }

  /** Forgets a call that has ended and tells its servers. */
  private void finish(ClientCall call) {
    calls.remove(call.seq);
    waiting.remove(call);
    deadlines.cancel(call);
    retries.cancel(call.again);
    for (int i = 0; i < call.attempts.size(); i++) {
      Attempt attempt = call.attempts.get(i);
      if (attempt.isOpen()) {
        Peer peer = attempt.peer;
        if (peer.session != 0 && !attempt.lost) {
          out.send(peer.id, peer.session, new Cancel(call.seq, attempt.number, false));
        }
        attempt.end(attempt.execution, new Status(Code.CANCELLED, "no longer waited for"), now);
        release(attempt);
      }
    }
    out.complete(call);
  }
}
