package io.meshrpc.core;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Begins second attempts for calls that take long, as their {@link io.meshrpc.api.HedgePolicy} says.
 * Only into idle capacity: all well servers together must have less than four fifths of their workers
 * busy, and so must the one that is to get the attempt, by reports that are not older than a second.
 * A hedge that finds no room, or an empty budget, looks again after a quarter of the time more.
 */
final class Hedger {
  private static final double BUSY = 0.8;
  private static final long REPORT_FRESH_NS = 1_000_000_000L;
  private static final long AGAIN_MIN_NS = 1_000_000L;

  private final PeerTable table;
  private final Launcher launcher;
  private final Sender sender;
  private final Map<MethodDescriptor<?, ?>, Method> methods = new HashMap<>(); // never walked
  private final Timers<Hedge> due = new Timers<>();

  Hedger(PeerTable table, Launcher launcher, Sender sender) {
    this.table = table;
    this.launcher = launcher;
    this.sender = sender;
  }

  /** What is known of one method. */
  private static final class Method {
    final LatencyWindow latencies = new LatencyWindow();
    final HedgeBudget budget = new HedgeBudget();
  }

  /** The hedge that a call may get, and when. */
  static final class Hedge extends Timers.Timed {
    private final Attempt first;
    private final Method method;
    private boolean tie; // due early, unless its first server starts
    private boolean paid;

    private Hedge(Attempt first, Method method) {
      this.first = first;
      this.method = method;
    }
  }

  /** An attempt is under way. */
  void onSent(Attempt attempt, long now) {
    ClientCall call = attempt.call;
    if (!call.mayHedge() || call.attemptCount() > 1) {
      return;
    }
    Method method = methods.computeIfAbsent(call.method(), any -> new Method());
    method.budget.onCall(call.hedgePolicy().extraLoad());
    Hedge hedge = new Hedge(attempt, method);
    call.detours().hedging = hedge;
    if (call.isTied() && attempt.peer.announces) {
      hedge.tie = true;
      set(hedge, 2 * attempt.peer.roundTrips.smoothedNs(), now);
    } else {
      setByQuantile(hedge, now);
    }
  }

  /** The call has succeeded. */
  void onSuccess(ClientCall call, long now) {
    Hedge hedge = call.hedging();
    int own = call.hedgeAttempt() == 0 ? 1 : 2;
    if (hedge != null && call.attemptCount() == own) {
      hedge.method.latencies.add(now - hedge.first.sentNs, now);
    }
  }

  /** Its server has started the attempt: the other one is taken back if it is still queued. */
  void onStarted(Attempt started) {
    started.start();
    ClientCall call = started.call;
    for (int i = 0; call.hedgeAttempt() != 0 && i < call.attemptCount(); i++) {
      Attempt other = call.nth(i);
      if (!other.hasStarted()) {
        sender.revoke(other);
      }
    }
  }

  /** The attempt will not run: if it is one of two, the hedge has cost nothing. */
  void onTakenBack(Attempt attempt) {
    Hedge hedge = attempt.call.hedging();
    if (hedge != null && hedge.paid) {
      giveBack(hedge);
    }
  }

  void forget(ClientCall call) {
    Hedge hedge = call.hedging();
    if (hedge != null) {
      due.cancel(hedge);
    }
  }

  long nextDueNs() {
    return due.nextDueNs();
  }

  void runDue(long now) {
    Hedge hedge;
    while ((hedge = due.pollDue(now)) != null) {
      Attempt first = hedge.first;
      if (!first.isOpen() || first.isDisplaced() || first.call.attemptCount() > 1) {
        continue; // it goes on elsewhere already
      }
      if (hedge.tie && first.hasStarted()) {
        hedge.tie = false;
        setByQuantile(hedge, now);
      } else if (!begin(hedge, now)) {
        due.set(hedge, now + Math.max(AGAIN_MIN_NS, (now - first.sentNs) / 4));
      }
    }
  }

  private void setByQuantile(Hedge hedge, long now) {
    double quantile = hedge.first.call.hedgePolicy().quantile();
    long spanNs = quantile == 0 ? 0 : hedge.method.latencies.quantileNs(quantile, now);
    if (spanNs != Long.MAX_VALUE) {
      set(hedge, spanNs, now);
    }
  }

  private void set(Hedge hedge, long spanNs, long now) {
    long delayNs = Math.max(spanNs, hedge.first.call.hedgePolicy().minDelay().toNanos());
    due.set(hedge, Math.max(now, hedge.first.sentNs + delayNs));
  }

  private boolean begin(Hedge hedge, long now) {
    List<Peer> idle = idle(hedge.first.call);
    if (idle.isEmpty() || !hedge.method.budget.tryTake()) {
      return false;
    }
    hedge.paid = true;
    boolean began = launcher.hedge(hedge.first.call, idle, now);
    if (!began) {
      giveBack(hedge);
    }
    return began;
  }

  private static void giveBack(Hedge hedge) {
    hedge.paid = false;
    hedge.method.budget.giveBack();
  }

  /** Servers that have room for an attempt which is not necessary; none if there is little anyway. */
  private List<Peer> idle(ClientCall call) {
    List<Peer> idle = new ArrayList<>();
    long busy = 0;
    long workers = 0;
    for (Peer peer : table.ready(call.method())) {
      LoadReport load = peer.load();
      if (peer.loadAgeNs() > REPORT_FRESH_NS || load.workers() == 0) {
        continue;
      }
      int atWork = Math.max(load.inServer(), peer.inFlight());
      busy += Math.min(atWork, load.workers());
      workers += load.workers();
      boolean well = peer.state() == PeerState.UP || peer.state() == PeerState.WARMING;
      if (well && atWork < BUSY * load.workers() && !call.hasTried(peer)) {
        idle.add(peer);
      }
    }
    return busy < BUSY * workers ? idle : List.of();
  }
}
