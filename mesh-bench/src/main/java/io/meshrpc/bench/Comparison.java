package io.meshrpc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Peers side by side: each warms up, then all take turns, round by round, in the same JVMs. */
final class Comparison {
  private final Settings.Compare settings;

  Comparison(Settings.Compare settings) {
    this.settings = settings;
  }

  void run() throws IOException, InterruptedException {
    try (Fleet fleet = new Fleet()) {
      Map<Contestant, List<Round>> rounds = new LinkedHashMap<>();
      for (PeerKind kind : settings.peers()) {
        start(kind, fleet).ifPresent(peer -> rounds.put(peer, new ArrayList<>()));
      }
      warmUp(rounds);
      for (int i = 1; i <= settings.rounds(); i++) {
        for (Map.Entry<Contestant, List<Round>> entry : rounds.entrySet()) {
          Contestant peer = entry.getKey();
          Round round = peer.run(settings.seconds());
          System.err.printf(
              "round %d: %s %,.0f calls/s%n", i, peer.kind.label(), round.callsPerSecond());
          entry.getValue().add(round);
        }
      }
      report(rounds);
    }
  }

  private Optional<Contestant> start(PeerKind kind, Fleet fleet)
      throws IOException, InterruptedException {
    String broker = "";
    if (kind == PeerKind.NATS) {
      Optional<Path> program = NatsBroker.find();
      if (program.isEmpty()) {
        System.err.println("*** nats SKIPPED: there is no program nats-server in the PATH ***");
        return Optional.empty();
      }
      broker = NatsBroker.start(program.get(), fleet);
    }
    System.err.println("starting " + kind.label());
    return Optional.of(
        Contestant.start(kind, settings.servers(), settings.load(), false, broker, fleet));
  }

  private void warmUp(Map<Contestant, List<Round>> rounds) {
    if (settings.warmUpSeconds() == 0) {
      return;
    }
    for (Contestant peer : rounds.keySet()) {
      System.err.println(
          "warming up " + peer.kind.label() + " for " + settings.warmUpSeconds() + " s");
      peer.run(settings.warmUpSeconds());
    }
  }

  private void report(Map<Contestant, List<Round>> rounds) throws IOException {
    if (rounds.isEmpty()) {
      throw new IllegalStateException("no peer ran");
    }
    Map<PeerKind, List<Round>> byKind = new LinkedHashMap<>();
    rounds.forEach((peer, figures) -> byKind.put(peer.kind, figures));
    PeerKind base = byKind.containsKey(PeerKind.JEROMQ)
        ? PeerKind.JEROMQ
        : byKind.keySet().iterator().next();
    List<Row> rows = Row.of(byKind, base);
    System.out.print(ComparisonReport.text(settings, base, rows));
    if (settings.json().isPresent()) {
      Files.writeString(settings.json().get(), ComparisonReport.json(settings, base, rows));
    }
    if (settings.plot().isPresent()) {
      ComparisonReport.plot(settings, rows, settings.plot().get());
    }
  }
}
