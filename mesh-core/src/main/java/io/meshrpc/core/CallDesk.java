package io.meshrpc.core;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Status;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.ProbeReply;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.Started;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** All calls that have not ended: sends them, moves them, tries them again, ends them. */
final class CallDesk implements Liveness.Listener, Launcher.Ends {
  private final PeerTable table;
  private final Chooser chooser;
  private final Sender sender;
  private final Pauses pauses;
  private final Launcher launcher;
  private final Hedger hedger;
  private final Throttle throttle;
  private final ClientOutbox out;
  private final OpenCalls calls = new OpenCalls();
  private long now;
  private boolean roomOnProbation; // a server on probation may take another call

  CallDesk(
      PeerTable table,
      LoadBalancer balancer,
      AttemptInterceptor interceptor,
      double throttleRatio,
      RandomGenerator random,
      ClientOutbox out) {
    this.table = table;
    this.chooser = new Chooser(balancer, random, out);
    this.sender = new Sender(interceptor, out);
    this.pauses = new Pauses(random);
    this.throttle = new Throttle(throttleRatio, random);
    this.launcher = new Launcher(table, chooser, sender, pauses, this);
    this.hedger = new Hedger(table, launcher, sender);
    this.out = out;
  }

  void setNow(long nowNs) {
    now = nowNs;
    table.setNow(nowNs);
  }

  long now() {
    return now;
  }

  void start(ClientCall call, long nowNs) {
    setNow(nowNs);
    calls.add(call, now);
    if (call.timeoutNs() <= 0) {
      fail(call, new Status(Code.DEADLINE_EXCEEDED, "no time was left at the start"));
      return;
    }
    if (throttle.rejects(call, now)) {
      fail(call, throttle.rejected(call));
      return;
    }
    launcher.launch(call, now);
  }

  void cancel(ClientCall call, Status status, long nowNs) {
    setNow(nowNs);
    if (call.isDone()) {
      return;
    }
    if (call.seq == 0) {
      call.cancelEarly(status);
    } else {
      fail(call, status);
    }
  }

  List<ClientCall> all() {
    return calls.all();
  }

  long ackBelow() {
    return calls.ackBelow();
  }

  /** Whether any request was sent since this was last asked. */
  boolean takeSent() {
    return sender.takeSent();
  }

  @Override
  public int count() {
    return calls.count();
  }

  long nextDueNs() {
    if (roomOnProbation) {
      return now;
    }
    long next = Math.min(calls.nextDueNs(), pauses.nextDueNs());
    return Math.min(next, Math.min(launcher.nextDueNs(), hedger.nextDueNs()));
  }

  void runDue() {
    ClientCall late;
    while ((late = calls.pollLate(now)) != null) {
      fail(late, Failures.deadline(late));
    }
    ClientCall next;
    while ((next = pauses.pollDue(now)) != null) {
      launcher.goOn(next, now);
    }
    launcher.runDue(now);
    hedger.runDue(now);
  }

  /** Lets waiting calls have what has become free. To be called after each event. */
  void settle() {
    while (roomOnProbation) {
      roomOnProbation = false;
      onReady();
    }
  }

  void onResponse(Peer peer, Response answer, Liveness liveness) {
    ClientCall call = calls.get(answer.seq());
    Attempt attempt = call == null ? null : call.attemptAt(peer, answer);
    if (call == null || attempt == null) {
      return; // late and duplicate answers are normal
    }
    if (!attempt.accepts(answer)) {
      attempt.learn(answer);
      return;
    }
    if (answer.execution() == Execution.EXECUTED) {
      peer.onAttemptTook(now - attempt.sentNs);
    }
    if (attempt.isOpen()) {
      throttle.onAnswer(call, RetryRules.outcome(answer), now);
    }
    chooser.answered(attempt, answer, now);
    liveness.onAnswer(peer, answer, now);
    attempt.waitUntil(RetryRules.notBeforeNs(answer, now));
    if (answer.execution() == Execution.EXECUTED && answer.code() == Code.OK) {
      pauses.onSuccess();
      end(attempt, Execution.EXECUTED, Status.OK);
      hedger.onSuccess(call, now);
      call.succeed(answer);
      finish(call);
      liveness.onSuccess(peer, now);
      return;
    }
    if (answer.reason() == Reason.STALE_SESSION && attempt.session == peer.session) {
      if (!attempt.wasAskedAgain()) {
        end(attempt, answer.execution(), Failures.of(answer));
      }
      liveness.onSessionLost(peer, now);
    }
    onFailure(call, attempt, answer);
  }

  private void onFailure(ClientCall call, Attempt attempt, Response answer) {
    boolean wasOpen = attempt.isOpen();
    Status status = Failures.of(answer);
    switch (RetryRules.after(call, attempt, answer)) {
      case ASK_AGAIN -> attempt.lose();
      case LEAVE -> end(attempt, answer.execution(), status);
      case FAIL -> {
        end(attempt, answer.execution(), status);
        failUnlessOpen(call, attempt, status, answer.metadata());
      }
      case REPICK -> {
        end(attempt, answer.execution(), status);
        handedBack(call, attempt);
      }
      case RETRY -> {
        end(attempt, answer.execution(), status);
        if (wasOpen) {
          retry(call, attempt, status, answer);
        }
      }
    }
  }

  void onCancelled(Peer peer, Cancelled cancelled) {
    Attempt attempt = calls.openAttempt(peer, cancelled.seq(), cancelled.attempt());
    if (attempt == null) {
      return;
    }
    attempt.revoke(false);
    if (cancelled.stage() == Cancelled.Stage.NOT_STARTED) {
      hedger.onTakenBack(attempt);
      chooser.ended(attempt, LoadBalancer.Outcome.LET_GO, now);
      end(attempt, Execution.NOT_EXECUTED, new Status(Code.CANCELLED, "taken back from the queue"));
      handedBack(attempt.call, attempt);
    }
  }

  void onStarted(Peer peer, Started started) {
    peer.announces = true;
    Attempt attempt = calls.openAttempt(peer, started.seq(), started.attempt());
    if (attempt != null) {
      hedger.onStarted(attempt);
    }
  }

  void onProbeReply(Peer peer, ProbeReply reply) {
    chooser.onProbeReply(peer, reply, now);
  }

  /** Puts choices that were put off before the balancer again: there may be news. */
  void decide() {
    launcher.decide(now);
  }

  @Override
  public void onSuspect(Peer peer, String reason) {
    for (Attempt attempt : peer.open.all()) {
      if (attempt.call.mayRunTwice() && !peer.stalled) {
        attempt.displace(); // begin elsewhere, and take whichever answers first
        move(attempt);
      } else {
        sender.revoke(attempt);
      }
    }
  }

  @Override
  public void onLost(Peer peer, String reason) {
    for (Attempt attempt : peer.open.all()) {
      if (attempt.call.mayRunTwice()) {
        giveUp(attempt, reason);
      } else {
        attempt.lose();
        attempt.revoke(false);
        if (!attempt.call.mayAskAgain()) {
          giveUp(attempt, reason);
        }
      }
    }
    launcher.dismissImpatient(now);
  }

  @Override
  public void onGone(Peer peer, String reason) {
    for (Attempt attempt : peer.open.all()) {
      giveUp(attempt, reason);
    }
    chooser.gone(peer); // after the ends above, which are about it, too
    launcher.dismissImpatient(now);
  }

  @Override
  public void onBack(Peer peer) {
    for (Attempt attempt : peer.open.all()) {
      if (attempt.isLost()) {
        launcher.askAgain(attempt, now);
      }
    }
  }

  @Override
  public void onReady() {
    launcher.launchWaiting(now);
  }

  @Override
  public void sent(Attempt attempt) {
    hedger.onSent(attempt, now);
  }

  @Override
  public void refused(Attempt attempt, Execution execution, Status status) {
    end(attempt, execution, status);
    failUnlessOpen(attempt.call, attempt, status, Metadata.EMPTY);
  }

  /** Nothing more will come of this attempt. */
  private void giveUp(Attempt attempt, String reason) {
    ClientCall call = attempt.call;
    if (!attempt.isOpen()) {
      return;
    }
    chooser.ended(attempt, LoadBalancer.Outcome.SILENT, now);
    end(attempt, Execution.UNKNOWN, new Status(Code.UNAVAILABLE, reason));
    if (!call.mayRunTwice()) {
      failUnlessOpen(call, attempt, new Status(Code.UNAVAILABLE, reason), Metadata.EMPTY);
    } else if (!call.isPausing() && !launcher.isWaiting(call)) {
      move(attempt);
    }
  }

  /** The first move is free; later ones wait for the budget, and never fail for want of it. */
  private void move(Attempt from) {
    ClientCall call = from.call;
    call.discount(from);
    if (call.hasGoodAttempt()) {
      return;
    }
    boolean free = call.detours().freeMoves++ == 0;
    if (free) {
      launcher.launch(call, now);
    } else {
      pauses.begin(call, true, now);
    }
  }

  /** As if it had never been sent; but a call that is handed back again and again pauses. */
  private void handedBack(ClientCall call, Attempt attempt) {
    call.discount(attempt);
    if (call.hasGoodAttempt()) {
      return;
    }
    goOn(call, call.detours().repicks++ == 0 || table.hasUntried(call, now));
  }

  private void retry(ClientCall call, Attempt attempt, Status status, Response answer) {
    if (call.hasGoodAttempt()) {
      return;
    }
    boolean spent = call.counted() >= call.retry().maxAttempts();
    boolean banned = attempt.notBeforeNs() == Long.MAX_VALUE && table.isBannedEverywhere(call);
    boolean notRun = answer.execution() == Execution.NOT_EXECUTED;
    boolean hope = notRun && !spent && !banned && !throttle.isRefusedEverywhere(call);
    boolean free = hope && call.detours().freeMoves++ == 0;
    if (spent || banned || (!free && !pauses.tryTake(now))) {
      boolean poor = !spent && !banned && answer.execution() != Execution.EXECUTED;
      String why = poor ? " (not tried again: the retry budget is empty)" : "";
      failUnlessOpen(
          call, attempt, new Status(status.code(), status.text() + why), answer.metadata());
      return;
    }
    goOn(call, free && table.hasUntried(call, now));
  }

  private void goOn(ClientCall call, boolean atOnce) {
    if (atOnce) {
      launcher.launch(call, now);
    } else {
      pauses.begin(call, false, now);
    }
  }

  private void end(Attempt attempt, Execution execution, Status status) {
    boolean wasOpen = attempt.isOpen();
    attempt.end(execution, status, now);
    if (!wasOpen) {
      return;
    }
    attempt.peer.open.remove(attempt);
    launcher.forget(attempt);
    if (attempt.peer.trial == attempt) {
      attempt.peer.endTrial();
      table.changed();
      roomOnProbation = true;
    }
    sender.ended(attempt, now);
  }

  private void failUnlessOpen(ClientCall call, Attempt ended, Status status, Metadata metadata) {
    boolean decided = ended.execution == Execution.EXECUTED;
    if (!call.isDone() && (decided || !call.hasOpenAttempt())) {
      call.fail(Failures.after(call, ended, status, metadata, now));
      finish(call);
    }
  }

  @Override
  public void fail(ClientCall call, Status status, @Nullable Throwable cause) {
    call.fail(Failures.of(call, status, launcher.isWaiting(call), table, cause, now));
    finish(call);
  }

  /** Forgets a call that has ended and tells its servers. */
  private void finish(ClientCall call) {
    boolean late = call.failure() != null && now >= call.deadlineNs;
    out.complete(call); // first: its caller is to be told, whatever becomes of the rest
    calls.remove(call);
    launcher.forget(call);
    hedger.forget(call);
    pauses.cancel(call);
    for (int i = 0; i < call.attemptCount(); i++) {
      Attempt attempt = call.nth(i);
      if (attempt.isOpen()) {
        sender.cancel(attempt);
        chooser.ended(
            attempt, late ? LoadBalancer.Outcome.SILENT : LoadBalancer.Outcome.LET_GO, now);
        end(attempt, attempt.execution, new Status(Code.CANCELLED, "no longer waited for"));
      }
    }
  }
}
