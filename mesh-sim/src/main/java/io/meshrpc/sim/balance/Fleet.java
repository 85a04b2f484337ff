package io.meshrpc.sim.balance;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Builds the servers and clients of a scenario. */
final class Fleet {
  private static final long FREEZE_NS = 1_000_000_000L;

  final List<Server> servers = new ArrayList<>();
  final List<Client> clients = new ArrayList<>();

  Fleet(Scenario scenario, Policies.Maker policy, Chances chances, Timing timing, Clock clock) {
    int[] ranks = ranks(scenario, chances);
    for (int i = 0; i < scenario.servers; i++) {
      servers.add(server(scenario, i, ranks[i], timing));
    }
    int young = scenario.count(scenario.newShare);
    for (int i = 0; i < scenario.clients; i++) {
      Client client = new Client(
          policy.make(),
          arrivals(scenario, i, chances, timing),
          chances.of(Chances.Use.CHOICES, i));
      servers.forEach(server -> client.views.add(new ServerView(client, server, clock)));
      client.candidates = scenario.servers - young;
      clients.add(client);
    }
  }

  private static Server server(Scenario scenario, int index, int rank, Timing timing) {
    Server server = new Server(index, scenario.workers, scenario.kinds.size());
    server.pace = scenario.paces.of(rank, timing);
    server.failsFast = rank < scenario.count(scenario.failFastShare);
    server.freezeNs = rank < scenario.count(scenario.frozenShare) ? FREEZE_NS : Long.MAX_VALUE;
    if (index >= scenario.servers - scenario.count(scenario.newShare)) {
      server.bornNs = timing.warmUpNs();
    }
    return server;
  }

  private static Arrivals arrivals(Scenario scenario, int index, Chances chances, Timing timing) {
    boolean hot = scenario.hotShare > 0 && index == 0;
    double share = scenario.hotShare == 0
        ? 1.0 / scenario.clients
        : hot ? scenario.hotShare : (1 - scenario.hotShare) / (scenario.clients - 1);
    return new Arrivals(
        chances.of(Chances.Use.ARRIVALS, index),
        scenario.kinds,
        share * scenario.callsPerNs(timing),
        scenario.ramp.of(timing),
        scenario.rampMax,
        scenario.bursty && !hot);
  }

  /** Who is slow is dealt out by chance; newcomers stay the last, for they are connected last. */
  private static int[] ranks(Scenario scenario, Chances chances) {
    RandomGenerator random = chances.of(Chances.Use.RANKS, 0);
    int[] ranks = new int[scenario.servers];
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] = i;
    }
    int old = ranks.length - scenario.count(scenario.newShare);
    for (int i = old - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int rank = ranks[i];
      ranks[i] = ranks[other];
      ranks[other] = rank;
    }
    return ranks;
  }
}
