package io.meshrpc.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The JVMs of one peer: its servers and its client. */
final class Contestant {
  private static final Duration USAGE_MAX = Duration.ofSeconds(10);
  private static final Duration RUN_EXTRA = Duration.ofSeconds(60);

  final PeerKind kind;
  final List<Child> servers;
  final Child client;

  private Contestant(PeerKind kind, List<Child> servers, Child client) {
    this.kind = kind;
    this.servers = servers;
    this.client = client;
  }

  static Contestant start(
      PeerKind kind, int servers, Load load, boolean failover, String broker, Fleet fleet)
      throws IOException {
    List<Child> started = new ArrayList<>();
    for (int i = 0; i < servers; i++) {
      String name = kind.label() + " server " + (i + 1);
      started.add(fleet.start(name, ServerMain.class, kind.name(), broker));
    }
    List<String> args =
        new ArrayList<>(List.of(kind.name(), load.word(), Boolean.toString(failover)));
    started.forEach(server -> args.add(server.awaitReady()));
    Child client =
        fleet.start(kind.label() + " client", ClientMain.class, args.toArray(String[]::new));
    client.awaitReady();
    return new Contestant(kind, started, client);
  }

  /** Runs once. */
  Round run(int seconds) {
    Duration span = Duration.ofSeconds(seconds);
    MachineLoad before = MachineLoad.read();
    Usage serversBefore = serversUsage();
    RunResult result = RunResult.parse(client.ask("run " + span.toNanos(), span.plus(RUN_EXTRA)));
    Usage serversUsed = serversUsage().since(serversBefore);
    long ownNs = result.used().cpuNs() + serversUsed.cpuNs();
    return Round.of(result, serversUsed, MachineLoad.read().othersSince(before, ownNs));
  }

  private Usage serversUsage() {
    Usage sum = new Usage(0, 0);
    for (Child server : servers) {
      sum = sum.plus(Usage.parse(server.ask("usage", USAGE_MAX)));
    }
    return sum;
  }
}
