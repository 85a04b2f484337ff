package io.meshrpc.sim.balance;

import java.util.List;

/**
 * One situation to balance in. Made anew for each run by {@link Scenarios}, and not changed once the
 * run has begun.
 */
final class Scenario {
  /** The pace of a server, by its rank: ranks are 0 to servers - 1, dealt out by chance. */
  interface Paces {
    Pace of(int rank, Timing timing);
  }

  /** The load over time, beside the scenario's own. */
  interface Ramp {
    Arrivals.Curve of(Timing timing);
  }

  final String id;
  final String title;
  int clients = 100;
  int servers = 100;
  int workers = 4;
  double load = 0.9;
  List<Kind> kinds = List.of(Kind.of(0, 1, 10, 0));
  Paces paces = (rank, timing) -> Pace.steady(1);
  Ramp ramp = timing -> now -> 1;
  double rampMax = 1;
  double failFastShare;
  double newShare; // of the servers, that start when measuring starts
  double frozenShare;
  double probeLoss;
  double probeDelayMs;
  boolean bursty;
  double hotShare; // of all calls, from the first client

  Scenario(String id, String title) {
    this.id = id;
    this.title = title;
  }

  Scenario size(int clientCount, int serverCount) {
    clients = clientCount;
    servers = serverCount;
    return this;
  }

  Scenario load(double share) {
    load = share;
    return this;
  }

  Scenario work(Kind... some) {
    kinds = List.of(some);
    return this;
  }

  Scenario paces(Paces some) {
    paces = some;
    return this;
  }

  /** So many of the servers, by share, with another speed. */
  Scenario slow(double share, double speed) {
    return paces((rank, timing) -> Pace.steady(rank < count(share) ? speed : 1));
  }

  Scenario ramp(double max, Ramp some) {
    rampMax = max;
    ramp = some;
    return this;
  }

  Scenario failFast(double share) {
    failFastShare = share;
    return this;
  }

  Scenario newcomers(double share) {
    newShare = share;
    return this;
  }

  Scenario frozen(double share) {
    frozenShare = share;
    return this;
  }

  Scenario probes(double loss, double delayMs) {
    probeLoss = loss;
    probeDelayMs = delayMs;
    return this;
  }

  Scenario bursts(double hotClientShare) {
    bursty = true;
    hotShare = hotClientShare;
    return this;
  }

  /** A share of the servers as a number. */
  int count(double share) {
    return share == 0 ? 0 : Math.max(1, (int) Math.round(share * servers));
  }

  double meanWorkNs() {
    double sum = 0;
    for (Kind kind : kinds) {
      sum += kind.share() * kind.meanNs();
    }
    return sum;
  }

  /** Calls for each nanosecond, from all clients, at the scenario's load. */
  double callsPerNs(Timing timing) {
    double speeds = 0;
    for (int rank = 0; rank < servers; rank++) {
      speeds += workers * paces.of(rank, timing).mean();
    }
    return load * speeds / meanWorkNs();
  }
}
