package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Begins attempts at the best server that is there, and keeps the calls that wait for one. */
final class Launcher {
  /** Who is told what did not work. */
  interface Ends {
    /** The call cannot go on. */
    default void fail(ClientCall call, Status status) {
      fail(call, status, null);
    }

    /** The same, because of what the user's own code threw. */
    void fail(ClientCall call, Status status, @Nullable Throwable cause);

    /** Calls that have not ended. */
    int count();

    /** The attempt is under way. */
    void sent(Attempt attempt);

    /** The attempt could not be sent. */
    void refused(Attempt attempt, Execution execution, Status status);
  }

  private final PeerTable table;
  private final Chooser chooser;
  private final Sender sender;
  private final Pauses pauses;
  private final Ends ends;
  private final LinkedHashSet<ClientCall> waiting = new LinkedHashSet<>(); // for any server
  private final LinkedHashSet<ClientCall> undecided = new LinkedHashSet<>(); // choice put off
  private final Timers<Attempt.Trouble> patience = new Timers<>();

  Launcher(PeerTable table, Chooser chooser, Sender sender, Pauses pauses, Ends ends) {
    this.table = table;
    this.chooser = chooser;
    this.sender = sender;
    this.pauses = pauses;
    this.ends = ends;
  }

  /** Sends a call to the best server that is there, or lets it wait for one. */
  void launch(ClientCall call, long now) {
    launch(call, true, now);
  }

  /** Goes on with a call whose pause, or whose wait for a choice, is over. */
  void goOn(ClientCall call, long now) {
    launch(call, !call.detours().choice, now);
  }

  /** Puts choices that were put off before the balancer again. */
  void decide(long now) {
    if (!undecided.isEmpty()) {
      new ArrayList<>(undecided).forEach(call -> launch(call, true, now));
    }
  }

  private void launch(ClientCall call, boolean patient, long now) {
    drop(undecided, call);
    if (call.isDone() || call.hasGoodAttempt() || now >= call.deadlineNs) {
      return; // a deadline that has passed is due in this turn
    }
    List<Peer> candidates = table.candidates(call, now);
    if (candidates.isEmpty()) {
      await(call);
      return;
    }
    if (!call.isAdmitted() && !table.recovery().admits(now)) {
      holdBack(call);
      return;
    }
    drop(waiting, call);
    Peer peer;
    try {
      peer = chooser.choose(call, candidates, patient, ends.count(), now);
    } catch (Throwable e) { // the user's own; whatever it is, other calls go on
      ends.fail(call, new Status(Code.INTERNAL, "the load balancer failed: " + e), e);
      return;
    }
    if (peer == null) {
      putOff(call, now);
      return;
    }
    pauses.cancel(call);
    call.endChoice();
    Attempt attempt = add(call, peer, now);
    Status refused = sender.send(attempt, now);
    if (refused == null) {
      beginPatience(attempt, now);
      ends.sent(attempt);
    } else {
      ends.refused(attempt, Execution.NOT_SENT, refused);
    }
  }

  private Attempt add(ClientCall call, Peer peer, long now) {
    Attempt attempt = new Attempt(call, peer, call.nextNumber(), now);
    call.add(attempt);
    peer.open.add(attempt);
    if (peer.state() == PeerState.PROBATION) {
      peer.trial = attempt;
      table.changed();
    }
    return attempt;
  }

  /**
   * Begins a second attempt at one of these servers while the first is open. False if none was begun;
   * the call goes on as it was.
   */
  boolean hedge(ClientCall call, List<Peer> idle, long now) {
    Peer peer;
    try {
      peer = chooser.choose(call, idle, false, ends.count(), now);
    } catch (Throwable e) { // the user's own; the call does not need it
      return false;
    }
    if (peer == null) {
      return false;
    }
    Attempt attempt = add(call, peer, now);
    call.hedgeWith(attempt);
    Status refused = sender.send(attempt, now);
    if (refused != null) {
      ends.refused(attempt, Execution.NOT_SENT, refused);
    }
    return true;
  }

  /** Sends an attempt once more to the same server process, which remembers what it has run. */
  void askAgain(Attempt attempt, long now) {
    ClientCall call = attempt.call;
    if (now >= call.deadlineNs) {
      return; // due in this turn
    }
    attempt.askAgain();
    Status refused = sender.send(attempt, now);
    if (refused == null) {
      beginPatience(attempt, now);
    } else {
      ends.refused(attempt, Execution.UNKNOWN, refused);
    }
  }

  /** Sends what waits, as far as there is room. */
  void launchWaiting(long now) {
    int count = table.recovery().release(waiting.size(), now);
    if (count > 0) {
      List<ClientCall> some = new ArrayList<>(waiting).subList(0, count);
      some.forEach(waiting::remove);
      some.forEach(call -> {
        call.admit();
        launch(call, now);
      });
    }
  }

  /** Fails the calls that would wait in vain, unless they are patient. */
  void dismissImpatient(long now) {
    for (ClientCall call : new ArrayList<>(waiting)) {
      if (!call.options().waitForReady()) {
        waiting.remove(call);
        launch(call, now);
      }
    }
  }

  boolean isWaiting(ClientCall call) {
    return !waiting.isEmpty() && waiting.contains(call);
  }

  void forget(ClientCall call) {
    drop(waiting, call);
    drop(undecided, call);
  }

  /** Most calls never wait: nothing is hashed for those. */
  private static void drop(LinkedHashSet<ClientCall> calls, ClientCall call) {
    if (!calls.isEmpty()) {
      calls.remove(call);
    }
  }

  void forget(Attempt attempt) {
    if (attempt.isPatient()) {
      patience.cancel(attempt.trouble());
    }
  }

  long nextDueNs() {
    long releaseNs = waiting.isEmpty() ? Long.MAX_VALUE : table.recovery().nextNs();
    return Math.min(patience.nextDueNs(), releaseNs);
  }

  /** Takes attempts back that are still queued, once there is a better place for them. */
  void runDue(long now) {
    table.recovery().look(now);
    if (!waiting.isEmpty() && now >= table.recovery().nextNs()) {
      launchWaiting(now);
    }
    Attempt.Trouble over;
    while ((over = patience.pollDue(now)) != null) {
      Attempt slow = over.attempt;
      if (table.hasUntried(slow.call, now)) {
        sender.revoke(slow);
      } else {
        beginPatience(slow, now);
      }
    }
  }

  private void putOff(ClientCall call, long now) {
    call.admit();
    if (call.detours().asked++ == 0) {
      pauses.forChoice(call, now + chooser.waitNs());
    }
    undecided.add(call);
  }

  private void await(ClientCall call) {
    if (!call.hasAttempts() && table.isOfferedNowhere(call)) {
      String text = "no server offers " + call.method().fullName();
      ends.fail(call, new Status(Code.UNIMPLEMENTED, text));
      return;
    }
    call.endChoice(); // the next has its own time
    long chanceNs = table.nextChanceNs(call);
    boolean patient = call.options().waitForReady() || call.hasOpenAttempt();
    if (!patient && chanceNs >= call.deadlineNs && !table.anyComing(call)) {
      ends.fail(call, new Status(Code.UNAVAILABLE, "no server could be had"));
      return;
    }
    waiting.add(call);
    if (chanceNs != Long.MAX_VALUE) {
      pauses.until(call, chanceNs);
    }
  }

  private void holdBack(ClientCall call) {
    if (call.options().waitForReady() || call.hasOpenAttempt()) {
      waiting.add(call);
    } else {
      ends.fail(call, new Status(Code.UNAVAILABLE, table.recovery().why()));
    }
  }

  private void beginPatience(Attempt attempt, long now) {
    Duration span = attempt.call.retry().attemptPatience();
    if (span != null) {
      patience.set(attempt.trouble(), now + span.toNanos());
    }
  }
}
