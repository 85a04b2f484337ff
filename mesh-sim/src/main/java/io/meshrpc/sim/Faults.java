package io.meshrpc.sim;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Strikes at random moments until all is healed. */
final class Faults {
  private enum Kind {
    CRASH,
    VANISH,
    DRAIN,
    CLIENT_CRASH,
    RESET,
    HALF_OPEN,
    HALF_OPEN_AT_SERVER,
    STALL,
    CUT,
    SERVER_PAUSE,
    CLIENT_PAUSE,
    SLOW,
    FAIL_FAST,
    END_SESSION
  }

  private final Sim sim;
  private final RandomGenerator random;

  Faults(Sim sim, RandomGenerator random) {
    this.sim = sim;
    this.random = random;
  }

  /** Each kind is on or off, and has an intensity of its own. */
  void begin() {
    for (Kind kind : Kind.values()) {
      if (Chance.hit(random, 0.35)) {
        again(kind, Chance.scale(random, 0.05e9, 5e9));
      }
    }
  }

  private void again(Kind kind, double meanNs) {
    sim.kernel.in(Chance.exponentialNs(random, meanNs), () -> {
      if (!sim.isHealed()) {
        strike(kind);
        again(kind, meanNs);
      }
    });
  }

  private void strike(Kind kind) {
    Target server = Target.server(random.nextInt(sim.options.servers));
    Target client = Target.client(random.nextInt(sim.options.clients));
    switch (kind) {
      case CRASH -> now(Fault.crash(server), Fault.start(server));
      case VANISH -> now(Fault.vanish(server), Fault.start(server));
      case DRAIN -> now(Fault.drain(server, span(1e6, 5e9)), Fault.start(server));
      case CLIENT_CRASH ->
        now(random.nextBoolean() ? Fault.crash(client) : Fault.vanish(client), Fault.start(client));
      case END_SESSION -> Fault.endSession(client, server).strike(sim);
      case RESET -> Fault.reset(client, server).strike(sim);
      case HALF_OPEN -> Fault.halfOpen(client, server).strike(sim);
      case HALF_OPEN_AT_SERVER -> Fault.halfOpenAtServer(client, server).strike(sim);
      case STALL -> stall(some(client, Target.allClients()), server, span(10e6, 2e9));
      case CUT -> stall(client, some(server, Target.allServers()), span(1e9, 20e9));
      case SERVER_PAUSE -> Fault.pause(server, span(50e6, 5e9)).strike(sim);
      case CLIENT_PAUSE -> Fault.pause(client, span(50e6, 5e9)).strike(sim);
      case SLOW -> now(Fault.speed(server, Chance.scale(random, 0.02, 1)), Fault.speed(server, 1));
      case FAIL_FAST -> now(Fault.failFast(server, true), Fault.failFast(server, false));
    }
  }

  private void stall(Target client, Target server, Duration span) {
    int directions = 1 + random.nextInt(3);
    if ((directions & 1) != 0) {
      Fault.stall(client, server, span).strike(sim);
    }
    if ((directions & 2) != 0) {
      Fault.stall(server, client, span).strike(sim);
    }
  }

  private void now(Fault fault, Fault end) {
    fault.strike(sim);
    sim.kernel.in(span(5e6, 8e9).toNanos(), () -> {
      if (!sim.isHealed()) {
        end.strike(sim);
      }
    });
  }

  private Target some(Target one, Target all) {
    return Chance.hit(random, 0.2) ? all : one;
  }

  private Duration span(double leastNs, double mostNs) {
    return Duration.ofNanos((long) Chance.scale(random, leastNs, mostNs));
  }
}
