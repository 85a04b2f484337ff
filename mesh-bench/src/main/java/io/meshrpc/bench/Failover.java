package io.meshrpc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Three servers, callers that never pause, and something that happens to one of the servers. */
final class Failover {
  private static final int SERVERS = 3;
  private static final int PAYLOAD_BYTES = 16;
  private static final int AFTER_SECONDS = 8;
  private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

  private final Settings.FailOver settings;

  Failover(Settings.FailOver settings) {
    this.settings = settings;
  }

  void run() throws IOException, InterruptedException {
    Map<PeerKind, List<FailoverResult>> results = new LinkedHashMap<>();
    settings.peers().forEach(peer -> results.put(peer, new ArrayList<>()));
    for (int i = 1; i <= settings.rounds(); i++) {
      for (Map.Entry<PeerKind, List<FailoverResult>> entry : results.entrySet()) {
        System.err.printf(
            "round %d: %s of %s%n", i, settings.event().label(), entry.getKey().label());
        entry.getValue().add(play(entry.getKey()));
      }
    }
    System.out.print(text(results));
    if (settings.json().isPresent()) {
      Files.writeString(settings.json().get(), json(results));
    }
  }

  private FailoverResult play(PeerKind kind) throws IOException, InterruptedException {
    Load load =
        new Load(Load.Mode.LATENCY, PAYLOAD_BYTES, settings.callers(), settings.callers(), 0);
    try (Fleet fleet = new Fleet()) {
      int servers = settings.again() ? SERVERS + 1 : SERVERS;
      Contestant peer = Contestant.start(kind, servers, load, true, "", fleet);
      peer.client.ask("start", ANSWER_MAX);
      TimeUnit.SECONDS.sleep(settings.warmUpSeconds());
      if (settings.again()) {
        happen(peer.servers.get(SERVERS));
        TimeUnit.SECONDS.sleep(AFTER_SECONDS);
      }
      TimeUnit.SECONDS.sleep(FailoverResult.BEFORE_SECONDS);
      peer.client.ask("mark", ANSWER_MAX);
      happen(peer.servers.get(0));
      TimeUnit.SECONDS.sleep(AFTER_SECONDS);
      return FailoverResult.parse(peer.client.ask("finish", ANSWER_MAX));
    }
  }

  private void happen(Child server) throws InterruptedException {
    switch (settings.event()) {
      case KILL -> server.kill();
      case DRAIN -> server.signal("TERM");
      case FREEZE -> {
        server.signal("STOP");
        TimeUnit.SECONDS.sleep(settings.frozenSeconds());
        server.signal("CONT");
      }
      case NONE -> {}
    }
  }

  private String text(Map<PeerKind, List<FailoverResult>> results) {
    StringBuilder text = new StringBuilder();
    text.append("%s of one of %d servers%s, %d blocking callers, deadlines of 1 s; medians"
            .formatted(
                settings.event().label(),
                SERVERS,
                settings.again() ? " (and of a fourth before)" : "",
                settings.callers()))
        .append(" (least..greatest) of ")
        .append(settings.rounds())
        .append(" rounds\n\n");
    text.append("%-15s %26s %15s %18s %22s %22s %24s%n"
        .formatted(
            "peer",
            "calls/s before",
            "failed before",
            "failed",
            "longest gap ms",
            "worst call ms",
            "p99 back after ms"));
    results.forEach((kind, rounds) -> text.append("%-15s %26s %15s %18s %22s %22s %24s%n"
        .formatted(
            kind.label(),
            spread(rounds, FailoverResult::callsPerSecond),
            spread(rounds, result -> result.failedBefore()),
            spread(rounds, result -> result.failed()),
            spread(rounds, FailoverResult::gapMs),
            spread(rounds, FailoverResult::worstMs),
            back(rounds))));
    return text.toString();
  }

  private static String spread(
      List<FailoverResult> rounds, ToDoubleFunction<FailoverResult> figure) {
    Stats stats = Stats.of(rounds, figure);
    return rounds.size() == 1
        ? "%,.0f".formatted(stats.median())
        : "%,.0f (%,.0f..%,.0f)".formatted(stats.median(), stats.min(), stats.max());
  }

  private static String back(List<FailoverResult> rounds) {
    List<FailoverResult> back =
        rounds.stream().filter(round -> round.backMs() != FailoverResult.NEVER).toList();
    int never = rounds.size() - back.size();
    String times = back.isEmpty() ? "" : spread(back, FailoverResult::backMs);
    return never == 0 ? times : times + (times.isEmpty() ? "" : ", ") + "never: " + never;
  }

  private String json(Map<PeerKind, List<FailoverResult>> results) {
    List<Map<String, Object>> objects = new ArrayList<>();
    results.forEach((kind, rounds) -> {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("peer", kind.label());
      object.put("event", settings.event().label());
      object.put("threads", settings.callers());
      object.put("servers", SERVERS);
      object.put("again", settings.again());
      object.putAll(figures(
          Stats.of(rounds, FailoverResult::callsPerSecond).median(),
          Stats.of(rounds, result -> result.failedBefore()).median(),
          Stats.of(rounds, result -> result.failed()).median(),
          Stats.of(rounds, FailoverResult::gapMs).median(),
          Stats.of(rounds, FailoverResult::worstMs).median(),
          Stats.of(rounds, Failover::backOrForEver).median()));
      object.put("java", Runtime.version().toString());
      object.put("rounds", rounds.stream().map(Failover::figures).toList());
      objects.add(object);
    });
    return Json.text(objects);
  }

  private static double backOrForEver(FailoverResult round) {
    return round.backMs() == FailoverResult.NEVER ? Double.POSITIVE_INFINITY : round.backMs();
  }

  private static Map<String, Object> figures(FailoverResult round) {
    return figures(
        round.callsPerSecond(),
        round.failedBefore(),
        round.failed(),
        round.gapMs(),
        round.worstMs(),
        backOrForEver(round));
  }

  private static Map<String, Object> figures(
      double calls, double failedBefore, double failed, double gap, double worst, double back) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("calls_per_s_before", calls);
    object.put("failed_before", failedBefore);
    object.put("failed", failed);
    object.put("gap_ms", gap);
    object.put("worst_ms", worst);
    object.put("p99_back_ms", back); // null: never
    return object;
  }
}
