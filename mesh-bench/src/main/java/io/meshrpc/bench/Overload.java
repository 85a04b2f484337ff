package io.meshrpc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** More calls than the servers can do, and then half of what they can. */
final class Overload {
  private static final int CALM_MS = 3_000;
  private static final int AFTER_MS = 5_000;
  private static final int LOOK_MS = 300; // how long before the end memory is looked at
  private static final Duration ANSWER_MAX = Duration.ofSeconds(120);

  private final Settings.TooMuch settings;

  Overload(Settings.TooMuch settings) {
    this.settings = settings;
  }

  /** One round of one peer. */
  private record Played(
      OverloadRound round, double calmHeapMiB, double heapMiB, double othersShare) {}

  void run() throws IOException, InterruptedException {
    Map<PeerKind, List<Played>> results = new LinkedHashMap<>();
    for (PeerKind peer : settings.peers()) {
      results.put(peer, play(peer));
    }
    System.out.print(text(results));
    if (settings.json().isPresent()) {
      Files.writeString(settings.json().get(), json(results));
    }
  }

  private List<Played> play(PeerKind peer) throws IOException, InterruptedException {
    List<Played> rounds = new ArrayList<>();
    try (Fleet fleet = new Fleet()) {
      List<Child> servers = new ArrayList<>();
      List<String> args = new ArrayList<>(List.of(peer.name()));
      for (int i = 1; i <= settings.servers(); i++) {
        String name = peer.label() + " server " + i;
        Child server = fleet.start(name, OverloadServer.class, peer.name());
        servers.add(server);
        args.add(server.awaitReady());
      }
      Child client =
          fleet.start(peer.label() + " client", OverloadClient.class, args.toArray(String[]::new));
      client.awaitReady();
      for (int i = 0; i <= settings.rounds(); i++) {
        System.err.printf("%s, round %d%n", peer.label(), i);
        Played played = play(client, servers);
        if (i > 0) { // the first is the warm-up
          rounds.add(played);
        }
      }
    }
    return rounds;
  }

  private Played play(Child client, List<Child> servers) throws InterruptedException {
    int capacity = OverloadServer.capacity() * settings.servers();
    int overMs = settings.seconds() * 1000;
    String command = "play %d %d %d %d %d"
        .formatted(
            capacity / 2, CALM_MS, Math.round(capacity * settings.factor()), overMs, AFTER_MS);
    double calm = heapMiB(servers);
    MachineLoad before = MachineLoad.read();
    CompletableFuture<String> answer =
        CompletableFuture.supplyAsync(() -> client.ask(command, ANSWER_MAX));
    TimeUnit.MILLISECONDS.sleep(CALM_MS + overMs - LOOK_MS);
    double over = heapMiB(servers);
    OverloadRound round = OverloadRound.parse(answer.join());
    return new Played(round, calm, over, MachineLoad.read().othersSince(before, 0));
  }

  /** What lives on the heap of a server, on the average. */
  private static double heapMiB(List<Child> servers) {
    return servers.stream()
            .mapToLong(server -> Memory.parse(server.ask("memory", ANSWER_MAX)).heapBytes())
            .average()
            .orElse(0)
        / (1 << 20);
  }

  private String text(Map<PeerKind, List<Played>> results) {
    StringBuilder text = new StringBuilder();
    int capacity = OverloadServer.capacity() * settings.servers();
    text.append(("%d servers that can do %,d calls/s together, offered %s times that for %d s,"
            + " deadlines of %d ms; medians (least..greatest) of %d rounds%n%n")
        .formatted(
            settings.servers(),
            capacity,
            settings.factor(),
            settings.seconds(),
            OverloadClient.DEADLINE.toMillis(),
            settings.rounds()));
    text.append("%-6s %10s %24s %20s %20s %20s %18s %18s %24s%n"
        .formatted(
            "peer",
            "offered/s",
            "goodput/s",
            "p50 ms",
            "p99 ms",
            "no after ms",
            "heap MiB before",
            "heap MiB in it",
            "back after ms"));
    results.forEach((peer, rounds) ->
        text.append("%-6s %,10.0f %24s %20s %20s %20s %18s %18s %24s%n"
            .formatted(
                peer.label(),
                Stats.of(rounds, played -> played.round().offeredPerSecond()).median(),
                spread(rounds, "%,.0f", played -> played.round().goodPerSecond()),
                spread(rounds, "%,.1f", played -> played.round().p50Ms()),
                spread(rounds, "%,.1f", played -> played.round().p99Ms()),
                spread(rounds, "%,.1f", played -> played.round().noMs()),
                spread(rounds, "%,.1f", Played::calmHeapMiB),
                spread(rounds, "%,.1f", Played::heapMiB),
                spread(rounds, "%,.0f", played -> played.round().recoveryMs()))));
    results.forEach((peer, rounds) -> text.append("%s: %,d calls failed in the calm before%n"
        .formatted(
            peer.label(),
            rounds.stream().mapToLong(played -> played.round().calmFailed()).sum())));
    text.append("machine busy, these processes included: %s%n"
        .formatted(spread(
            results.values().stream().flatMap(List::stream).toList(),
            "%.2f",
            Played::othersShare)));
    return text.toString();
  }

  private static String spread(
      List<Played> rounds, String format, ToDoubleFunction<Played> figure) {
    Stats stats = Stats.of(rounds, figure);
    return format.formatted(stats.median()) + " (" + format.formatted(stats.min()) + ".."
        + format.formatted(stats.max()) + ")";
  }

  private String json(Map<PeerKind, List<Played>> results) {
    List<Map<String, Object>> objects = new ArrayList<>();
    results.forEach((peer, rounds) -> {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("peer", peer.label());
      object.put("factor", settings.factor());
      object.put("servers", settings.servers());
      object.put("offered_per_s", median(rounds, played -> played.round().offeredPerSecond()));
      object.put("good_per_s", median(rounds, played -> played.round().goodPerSecond()));
      object.put("p50_ms", median(rounds, played -> played.round().p50Ms()));
      object.put("p99_ms", median(rounds, played -> played.round().p99Ms()));
      object.put("no_ms", median(rounds, played -> played.round().noMs()));
      object.put("heap_mib_before", median(rounds, Played::calmHeapMiB));
      object.put("heap_mib", median(rounds, Played::heapMiB));
      object.put(
          "recovery_ms", median(rounds, played -> played.round().recoveryMs())); // null: never
      object.put("java", Runtime.version().toString());
      objects.add(object);
    });
    return Json.text(objects);
  }

  private static double median(List<Played> rounds, ToDoubleFunction<Played> figure) {
    return Stats.of(rounds, figure).median();
  }
}
