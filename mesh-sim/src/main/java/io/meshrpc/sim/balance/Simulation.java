package io.meshrpc.sim.balance;

import io.meshrpc.api.LoadBalancer.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** One run of one scenario under one policy. One thread, virtual time, the same from the same seed. */
final class Simulation {
  static final long TIMEOUT_NS = 5_000_000_000L;

  private static final int ARRIVAL = 0;
  private static final int AT_SERVER = 1;
  private static final int FINISH = 2;
  private static final int AT_CLIENT = 3;
  private static final int PROBE_AT_SERVER = 4;
  private static final int PROBE_AT_CLIENT = 5;
  private static final int PATIENCE_OVER = 6;
  private static final int PACE = 7;
  private static final int NEWCOMERS = 8;

  private final Timing timing;
  private final Clock clock = new Clock();
  private final Events events = new Events();
  private final ArrayDeque<Request> byDeadline = new ArrayDeque<>();
  private final Tally tally = new Tally();
  private final Choice choice = new Choice(clock, this::ask);
  private final Network network;
  private final Fleet fleet;
  private final List<RandomGenerator> paceChances = new ArrayList<>();
  private double busyFromNs;
  private double busyNs = -1;

  Simulation(Scenario scenario, Policies.Maker policy, long seed, Timing timing) {
    this.timing = timing;
    Chances chances = new Chances(seed);
    network = new Network(chances.of(Chances.Use.NETWORK, 0), scenario.probeLoss, (long)
        (scenario.probeDelayMs * 1e6));
    fleet = new Fleet(scenario, policy, chances, timing, clock);
    for (Server server : fleet.servers) {
      RandomGenerator random = chances.of(Chances.Use.PACES, server.index);
      paceChances.add(random);
      server.changeSpeed(server.pace.start(random), 0);
      planPace(server);
    }
    for (Client client : fleet.clients) {
      events.add(client.arrivals.nextNs(0), ARRIVAL, client);
    }
    if (scenario.newShare > 0) {
      events.add(timing.warmUpNs(), NEWCOMERS, this);
    }
  }

  /** Runs until each call that is measured has ended; calls go on coming until then. */
  Tally run() {
    while (clock.nowNs < timing.endNs() || tally.ended() < tally.due()) {
      events.take();
      timeOut(events.atNs());
      measureUse(events.atNs());
      clock.nowNs = events.atNs();
      happen(events.kind(), events.subject());
    }
    return tally;
  }

  /** The share of worker time that was used while measuring. */
  double utilisation(int workersOfAll) {
    return busyNs / timing.measuredNs() / workersOfAll;
  }

  private void happen(int kind, Object subject) {
    switch (kind) {
      case ARRIVAL -> onArrival((Client) subject);
      case AT_SERVER -> onRequest((Request) subject);
      case FINISH -> onFinish((Request) subject);
      case AT_CLIENT -> onResponse((Request) subject);
      case PROBE_AT_SERVER -> onProbe((Probe) subject);
      case PROBE_AT_CLIENT -> onProbeReply((Probe) subject);
      case PATIENCE_OVER -> onPatienceOver((Request) subject);
      case PACE -> onPace((Server) subject);
      case NEWCOMERS -> fleet.clients.forEach(client -> client.candidates = client.views.size());
      default -> throw new IllegalStateException("event: " + kind);
    }
  }

  // The client's side.

  private void onArrival(Client client) {
    long now = clock.nowNs;
    Kind kind = client.arrivals.kind();
    boolean measured = isMeasuring();
    Request request = new Request(client, kind, client.arrivals.workNs(kind), now, measured);
    events.add(client.arrivals.nextNs(now), ARRIVAL, client);
    if (measured) {
      tally.onDue();
    }
    client.inFlight++;
    byDeadline.add(request);
    choose(request, true);
  }

  /** True if the choice was made. */
  private boolean choose(Request request, boolean patient) {
    ServerView view = choice.choose(request, patient);
    if (view == null) {
      if (request.asked++ == 0) {
        request.client.putOff.add(request);
        events.add(clock.nowNs + choice.waitNs(), PATIENCE_OVER, request);
      }
      return false;
    }
    request.view = view;
    request.sentNs = clock.nowNs;
    request.place = Request.Place.NETWORK;
    view.onSent(request);
    view.server.assigned++;
    view.server.assignedNs += request.kind.meanNs();
    countMessage();
    events.add(clock.nowNs + network.delayNs(), AT_SERVER, request);
    return true;
  }

  private void onPatienceOver(Request request) {
    if (request.place == Request.Place.CLIENT) {
      request.client.putOff.remove(request);
      choose(request, false);
    }
  }

  private void onResponse(Request request) {
    ServerView view = request.view;
    if (request.hasEnded() || view == null) {
      return; // timed out before
    }
    end(request, request.failed ? Outcome.FAULT : Outcome.SUCCESS, clock.nowNs);
    if (request.measured && request.failed) {
      tally.onFault();
    } else if (request.measured) {
      tally.onSuccess(clock.nowNs - request.intendedNs);
    }
    onReport(view, request.kind, request.report);
  }

  private void onReport(ServerView view, Kind kind, Report report) {
    view.onLoad(report.load());
    Client client = view.client;
    client.balancer.onReport(view, kind.method(), report.usualNs(), clock.nowNs);
    for (int left = client.putOff.size(); left > 0; left--) {
      Request waiting = client.putOff.remove();
      if (!waiting.hasEnded() && !choose(waiting, true)) {
        client.putOff.add(waiting);
      }
    }
  }

  private void end(Request request, Outcome outcome, long atNs) {
    request.place = Request.Place.ENDED;
    request.client.inFlight--;
    ServerView view = request.view;
    if (view == null) {
      return;
    }
    view.onEnded(request);
    if (outcome != Outcome.SILENT) {
      release(request, view.server);
    }
    request.client.balancer.onEnd(
        view, request.kind.method(), outcome, atNs - request.sentNs, atNs);
  }

  private static void release(Request request, Server server) {
    server.assigned--;
    server.assignedNs -= request.kind.meanNs();
  }

  private void timeOut(long untilNs) {
    while (!byDeadline.isEmpty()) {
      Request first = byDeadline.peek();
      if (!first.hasEnded()) {
        long deadlineNs = first.intendedNs + TIMEOUT_NS;
        if (deadlineNs > untilNs) {
          return;
        }
        timeOut(first, deadlineNs);
      }
      byDeadline.remove();
    }
  }

  private void timeOut(Request request, long deadlineNs) {
    clock.nowNs = deadlineNs;
    boolean running = request.place == Request.Place.SERVER && request.startNs > 0;
    end(request, Outcome.SILENT, deadlineNs);
    if (!running && request.view != null) {
      release(request, request.view.server); // what runs is released when it is done
    }
    if (request.measured) {
      tally.onTimeout(TIMEOUT_NS);
    }
  }

  private void ask(ServerView view, Kind kind) {
    countMessage();
    long delayNs = network.probeDelayNs();
    if (delayNs >= 0) {
      events.add(clock.nowNs + delayNs, PROBE_AT_SERVER, new Probe(view, kind));
    }
  }

  private void onProbeReply(Probe probe) {
    onReport(probe.view, probe.kind, probe.report);
  }

  // The server's side.

  private void onRequest(Request request) {
    if (request.hasEnded()) {
      return;
    }
    Server server = viewOf(request).server;
    if (server.failsFast) {
      request.failed = true;
      answer(request, server);
    } else if (server.take(request, clock.nowNs)) {
      planFinish(request);
    }
  }

  private void onFinish(Request request) {
    if (request.finishNs != clock.nowNs) {
      return; // its server changed its pace since this was planned
    }
    request.finishNs = -1;
    Server server = viewOf(request).server;
    Request next = server.finish(request, clock.nowNs);
    if (next != null) {
      planFinish(next);
    }
    if (request.hasEnded()) {
      release(request, server);
    } else {
      answer(request, server);
    }
  }

  private void answer(Request request, Server server) {
    request.report = server.report(request.kind, clock.nowNs);
    request.place = Request.Place.NETWORK;
    countMessage();
    events.add(clock.nowNs + network.delayNs(), AT_CLIENT, request);
  }

  private void onProbe(Probe probe) {
    Server server = probe.view.server;
    if (server.isStopped()) {
      server.hold(probe);
      return;
    }
    probe.report = server.report(probe.kind, clock.nowNs);
    countMessage();
    long delayNs = network.probeDelayNs();
    if (delayNs >= 0) {
      events.add(clock.nowNs + delayNs, PROBE_AT_CLIENT, probe);
    }
  }

  private void planPace(Server server) {
    Pace.Change change =
        server.pace.next(server.speed(), clock.nowNs, paceChances.get(server.index));
    if (change != null) {
      server.nextSpeed = change.speed();
      events.add(change.atNs(), PACE, server);
    }
  }

  private void onPace(Server server) {
    server.changeSpeed(server.nextSpeed, clock.nowNs).forEach(this::planFinish);
    if (!server.isStopped()) {
      server.takeHeld().forEach(this::onProbe);
    }
    planPace(server);
  }

  private void planFinish(Request request) {
    if (request.finishNs >= 0) {
      events.add(request.finishNs, FINISH, request);
    }
  }

  private static ServerView viewOf(Request request) {
    ServerView view = request.view;
    if (view == null) {
      throw new IllegalStateException("a request at a server that was never chosen");
    }
    return view;
  }

  // Measuring.

  private boolean isMeasuring() {
    return clock.nowNs >= timing.warmUpNs() && clock.nowNs < timing.endNs();
  }

  private void countMessage() {
    if (isMeasuring()) {
      tally.onMessage();
    }
  }

  private void measureUse(long atNs) {
    if (clock.nowNs < timing.warmUpNs() && atNs >= timing.warmUpNs()) {
      busyFromNs = busySoFar(timing.warmUpNs());
    }
    if (busyNs < 0 && atNs >= timing.endNs()) {
      busyNs = busySoFar(timing.endNs()) - busyFromNs;
    }
  }

  private double busySoFar(long atNs) {
    double sum = 0;
    for (Server server : fleet.servers) {
      sum += server.busyNs(atNs);
    }
    return sum;
  }
}
