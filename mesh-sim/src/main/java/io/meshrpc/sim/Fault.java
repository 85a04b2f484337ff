package io.meshrpc.sim;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Something that goes wrong, or right again, at a moment of a {@link Scenario}. */
public final class Fault {
  /** For spans that only {@link #heal} ends. */
  private static final long FOREVER_NS = Long.MAX_VALUE / 4;

  private final String name;
  private final List<Target> targets;
  private final Consumer<Sim> action;

  private Fault(String name, List<Target> targets, Consumer<Sim> action) {
    this.name = name;
    this.targets = targets;
    this.action = action;
  }

  /** The process ends at once; its connections are reset, and nobody listens. */
  public static Fault crash(Target target) {
    return new Fault("crash of " + target, List.of(target), sim -> {
      target.servers(sim).forEach(server -> server.crash(false));
      target.clients(sim).forEach(client -> client.crash(false));
    });
  }

  /** The machine is gone: no connection is reset, and connecting gets no answer. */
  public static Fault vanish(Target target) {
    return new Fault("silent death of " + target, List.of(target), sim -> {
      target.servers(sim).forEach(server -> server.crash(true));
      target.clients(sim).forEach(client -> client.crash(true));
    });
  }

  /** A new process starts where none runs, with a new incarnation and no memory. */
  public static Fault start(Target target) {
    return new Fault("start of " + target, List.of(target), sim -> {
      target.servers(sim).forEach(SimServer::start);
      target.clients(sim).forEach(SimClient::start);
    });
  }

  /** Servers hand back what is queued, let handlers end within the grace period, and end. */
  public static Fault drain(Target target, Duration grace) {
    return new Fault(
        "drain of " + target,
        List.of(target),
        sim -> target.servers(sim).forEach(server -> server.drain(grace.toNanos())));
  }

  /** The process stands still; what comes piles up, and its clock goes on. */
  public static Fault pause(Target target, Duration span) {
    return new Fault(
        "pause of " + target + " for " + span.toMillis() + " ms", List.of(target), sim -> {
          long untilNs = sim.kernel.nowNs() + span.toNanos();
          target.servers(sim).forEach(server -> server.pause(untilNs));
          target.clients(sim).forEach(client -> client.pause(untilNs));
        });
  }

  /** Handlers that start from now on run so many times as fast; 1 is usual. */
  public static Fault speed(Target target, double factor) {
    if (!(factor > 0)) {
      throw new IllegalArgumentException("factor: " + factor + " (expected: > 0)");
    }
    return new Fault(
        "speed " + factor + " of " + target,
        List.of(target),
        sim -> target.servers(sim).forEach(server -> server.setSpeed(factor)));
  }

  /** Handlers that start from now on fail at once, or no longer do so. */
  public static Fault failFast(Target target, boolean fails) {
    return new Fault(
        (fails ? "failing fast of " : "recovery of ") + target,
        List.of(target),
        sim -> target.servers(sim).forEach(server -> server.setFailsFast(fails)));
  }

  /**
   * Handlers that run or start from now on do not end, or end again. The loop goes on: the server
   * answers pings and takes requests.
   */
  public static Fault hang(Target target, boolean hangs) {
    return new Fault(
        (hangs ? "hanging handlers of " : "handlers go on at ") + target,
        List.of(target),
        sim -> target.servers(sim).forEach(server -> server.setHangs(hangs)));
  }

  /** Clients make so many times as many calls from now on; 1 is usual. Open loops only. */
  public static Fault calls(Target target, double factor) {
    if (!(factor > 0)) {
      throw new IllegalArgumentException("factor: " + factor + " (expected: > 0)");
    }
    return new Fault(
        factor + " times the calls of " + target,
        List.of(target),
        sim -> target.clients(sim).forEach(client -> sim.workload(client).setFactor(factor)));
  }

  /** Nothing passes from the one to the other for this span; then all that waited comes at once. */
  public static Fault stall(Target from, Target to, Duration span) {
    return new Fault(
        "stall from " + from + " to " + to + " for " + span.toMillis() + " ms",
        List.of(from, to),
        sim -> block(sim, from, to, sim.kernel.nowNs() + span.toNanos()));
  }

  /** Nothing passes from the one to the other until {@link #heal}. The other direction is not cut. */
  public static Fault cut(Target from, Target to) {
    return new Fault(
        "cut from " + from + " to " + to,
        List.of(from, to),
        sim -> block(sim, from, to, FOREVER_NS));
  }

  /** Pings from the one to the other are lost, and nothing else, until {@link #heal}. */
  public static Fault losePings(Target client, Target server) {
    return new Fault(
        "loss of pings from " + client + " to " + server,
        List.of(client, server),
        sim -> client.clients(sim).forEach(each -> each.losePings(server.servers(sim))));
  }

  /** The connections between the two are reset: what is in flight is lost, and both ends learn. */
  public static Fault reset(Target client, Target server) {
    return breakDown("reset", client, server, true, true);
  }

  /** The connections between the two are lost for the server; the client does not learn of it. */
  public static Fault halfOpen(Target client, Target server) {
    return breakDown("half-open at the client", client, server, false, true);
  }

  /** The connections between the two are lost for the client; the server does not learn of it. */
  public static Fault halfOpenAtServer(Target client, Target server) {
    return breakDown("half-open at the server", client, server, true, false);
  }

  /** All faults end; processes that are gone start. */
  public static Fault heal() {
    return new Fault("healing", List.of(), Sim::heal);
  }

  /** The server forgets the sessions between the two; the connections stand. */
  public static Fault endSession(Target client, Target server) {
    String name = "end of the session of " + client + " at " + server;
    return new Fault(name, List.of(client, server), sim -> {
      List<SimClient> clients = client.clients(sim);
      for (SimServer each : server.servers(sim)) {
        for (Connection connection : each.connections()) {
          if (clients.contains(connection.link.client())) {
            each.endSession(connection);
          }
        }
      }
    });
  }

  private static Fault breakDown(
      String what, Target client, Target server, boolean clientLearns, boolean serverLearns) {
    String name = what + ": " + client + " and " + server;
    return new Fault(name, List.of(client, server), sim -> {
      List<SimServer> servers = server.servers(sim);
      for (SimClient each : client.clients(sim)) {
        for (Link link : each.links()) {
          Connection connection = link.connection();
          if (connection != null && servers.contains(link.server())) {
            connection.breakDown(clientLearns, serverLearns);
          }
        }
      }
    });
  }

  private static void block(Sim sim, Target from, Target to, long untilNs) {
    List<SimServer> toServers = to.servers(sim);
    for (SimClient client : from.clients(sim)) {
      toServers.forEach(server -> sim.network.toServer(client, server).block(untilNs));
    }
    List<SimClient> toClients = to.clients(sim);
    for (SimServer server : from.servers(sim)) {
      toClients.forEach(client -> sim.network.toClient(client, server).block(untilNs));
    }
  }

  void check(int clients, int servers) {
    targets.forEach(target -> target.check(clients, servers));
  }

  void strike(Sim sim) {
    sim.trace(Trace.What.FAULT, null, null, 0, 0, name);
    action.accept(sim);
  }

  @Override
  public String toString() {
    return name;
  }
}
