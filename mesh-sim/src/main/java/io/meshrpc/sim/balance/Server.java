package io.meshrpc.sim.balance;

import io.meshrpc.api.LoadReport;
import io.meshrpc.policy.LatencyByLoad;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Workers behind one queue, first in first out; requests that nobody waits for are not begun. */
final class Server {
  private static final double ALPHA = 0.02; // as the real one: about the last fifty
  private static final long MATURE_NS = 3_600_000_000_000L;

  final int index;
  private final int workers;
  private final double[] usualNs; // by kind; 0: not known
  private final ArrayDeque<Request> queue = new ArrayDeque<>();
  private final List<Request> running = new ArrayList<>();
  private final List<Probe> held = new ArrayList<>(); // until it goes on
  private final LatencyByLoad latency = new LatencyByLoad();
  private long completed;
  private double speed;
  private double busyNs; // worker time used, up to busyAtNs
  private long busyAtNs;

  Pace pace = Pace.steady(1);
  double nextSpeed; // from its next change on
  boolean failsFast;
  long bornNs = -MATURE_NS;
  long freezeNs = Long.MAX_VALUE; // from then on its reports do not change
  private @Nullable LoadReport frozen;

  // What only the oracle knows: requests that were sent here and have not ended.
  double assignedNs;
  int assigned;

  Server(int index, int workers, int kinds) {
    this.index = index;
    this.workers = workers;
    this.usualNs = new double[kinds];
  }

  int workers() {
    return workers;
  }

  double speed() {
    return speed;
  }

  /** Whether all its work stands still. */
  boolean isStopped() {
    return speed == 0;
  }

  /** Takes a request; true if it starts at once, so that its end must be planned. */
  boolean take(Request request, long nowNs) {
    request.place = Request.Place.SERVER;
    request.cameNs = nowNs;
    request.found = queue.size() + running.size();
    if (running.size() == workers) {
      queue.add(request);
      return false;
    }
    start(request, nowNs);
    return true;
  }

  /** A request is done; the next one that starts, or null. */
  @Nullable
  Request finish(Request request, long nowNs) {
    countBusy(nowNs);
    running.remove(request);
    completed++;
    latency.add(request.found, nowNs - request.cameNs, nowNs);
    int kind = request.kind.number();
    long tookNs = nowNs - request.startNs;
    usualNs[kind] = usualNs[kind] == 0 ? tookNs : usualNs[kind] + ALPHA * (tookNs - usualNs[kind]);
    Request next = queue.poll();
    while (next != null && next.hasEnded()) {
      next = queue.poll();
    }
    if (next != null) {
      start(next, nowNs);
    }
    return next;
  }

  /** From now on, another speed; what runs gets another end, to be planned. */
  List<Request> changeSpeed(double newSpeed, long nowNs) {
    countBusy(nowNs);
    for (Request request : running) {
      request.leftNs = Math.max(0, request.leftNs - (nowNs - request.sinceNs) * speed);
      request.sinceNs = nowNs;
    }
    speed = newSpeed;
    for (Request request : running) {
      plan(request, nowNs);
    }
    return running;
  }

  void hold(Probe probe) {
    held.add(probe);
  }

  /** The probes that came while it stood still. */
  List<Probe> takeHeld() {
    List<Probe> all = List.copyOf(held);
    held.clear();
    return all;
  }

  Report report(Kind kind, long nowNs) {
    LoadReport load = frozen;
    if (load == null) {
      long uptimeMs = (nowNs - bornNs) / 1_000_000;
      int queued = queue.size();
      int runs = running.size();
      long latencyUs = latency.medianNs(queued + runs, nowNs) / 1000;
      load = new LoadReport(queued, runs, workers, 0, completed, uptimeMs, 0, latencyUs);
      frozen = nowNs >= freezeNs ? load : null;
    }
    return new Report(load, (long) usualNs[kind.number()]);
  }

  /** Worker time used so far, stops and slowness included. */
  double busyNs(long nowNs) {
    countBusy(nowNs);
    return busyNs;
  }

  private void start(Request request, long nowNs) {
    countBusy(nowNs);
    request.leftNs = request.workNs;
    request.startNs = nowNs;
    request.sinceNs = nowNs;
    running.add(request);
    plan(request, nowNs);
  }

  private void plan(Request request, long nowNs) {
    request.finishNs = speed == 0 ? -1 : nowNs + (long) (request.leftNs / speed);
  }

  private void countBusy(long nowNs) {
    busyNs += (double) (nowNs - busyAtNs) * running.size();
    busyAtNs = nowNs;
  }
}
