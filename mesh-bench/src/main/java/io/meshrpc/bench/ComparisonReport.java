package io.meshrpc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** What a comparison says, as text, JSON and charts. */
final class ComparisonReport {
  private static final double QUIET_SHARE_MAX = 0.10;

  private ComparisonReport() {}

  static String text(Settings.Compare settings, PeerKind base, List<Row> rows) {
    StringBuilder text = new StringBuilder();
    text.append(title(settings))
        .append("; medians (least..greatest) of ")
        .append(settings.rounds())
        .append(" rounds of ")
        .append(settings.seconds())
        .append(" s after ")
        .append(settings.warmUpSeconds())
        .append(" s of warm-up\n\n");
    text.append("%-14s %31s %22s %24s %28s %10s %17s %19s %7s %7s%n"
        .formatted(
            "peer",
            "calls/s",
            "x " + base.label(),
            "p50 us",
            "p99 us",
            "p99.9 us",
            "CPU us cl/srv",
            "bytes cl/srv",
            "errors",
            "others"));
    for (Row row : rows) {
      text.append("%-14s %31s %22s %24s %28s %,10.0f %17s %19s %7d %6.0f%%%n"
          .formatted(
              row.kind().label(),
              spread(row.callsPerSecond(), "%,.0f"),
              spread(row.ratio(), "%.2f"),
              spread(row.p50Us(), "%,.0f"),
              spread(row.p99Us(), "%,.0f"),
              row.p999Us().median(),
              pair(row, "%.1f", Round::clientCpuUs, Round::serverCpuUs),
              pair(row, "%,.0f", Round::clientBytes, Round::serverBytes),
              row.errors(),
              100 * row.othersShare().median()));
    }
    text.append(
        "\nCPU and bytes: for each call, of the client and of all servers, without a broker;"
            + " others: the share of the machine that other processes had\n");
    for (Row row : rows) {
      if (!row.firstError().isEmpty()) {
        text.append(row.kind().label())
            .append(" failed first with: ")
            .append(row.firstError())
            .append('\n');
      }
    }
    String disturbed = rows.stream()
        .filter(row -> row.kind() != PeerKind.NATS) // its broker counts as another process
        .filter(row -> row.othersShare().max() > QUIET_SHARE_MAX)
        .map(row -> row.kind().label())
        .collect(Collectors.joining(", "));
    if (!disturbed.isEmpty()) {
      text.append(
              "*** NOT QUIET: other processes had more than a tenth of the machine in some round")
          .append(" of ")
          .append(disturbed)
          .append(". Do not trust these figures. ***\n");
    }
    return text.toString();
  }

  private static String title(Settings.Compare settings) {
    Load load = settings.load();
    String calls = load.mode() == Load.Mode.LATENCY
        ? load.threads() + " blocking callers"
        : load.inFlight() + " calls in flight over " + load.threads() + " threads"
            + (load.mode() == Load.Mode.CHAINED ? ", each started by the end of another" : "");
    String open =
        load.openPerSecond() == 0 ? "" : ", open loop at " + load.openPerSecond() + " calls/s";
    String clients = load.clients() == 1 ? "" : ", clients: " + load.clients();
    return "%d bytes, %s%s%s, servers: %d"
        .formatted(load.payloadBytes(), calls, open, clients, settings.servers());
  }

  private static String spread(Stats stats, String format) {
    return (format + " (" + format + ".." + format + ")")
        .formatted(stats.median(), stats.min(), stats.max());
  }

  private static String pair(
      Row row, String format, ToDoubleFunction<Round> client, ToDoubleFunction<Round> server) {
    return (format + " / " + format)
        .formatted(
            Stats.of(row.rounds(), client).median(),
            Stats.of(row.rounds(), server).median());
  }

  static String json(Settings.Compare settings, PeerKind base, List<Row> rows) {
    return Json.text(rows.stream().map(row -> object(settings, base, row)).toList());
  }

  private static Map<String, Object> object(Settings.Compare settings, PeerKind base, Row row) {
    Load load = settings.load();
    List<Round> rounds = row.rounds();
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("peer", row.kind().label());
    object.put("mode", load.mode().name().toLowerCase(Locale.ROOT));
    object.put("payload", load.payloadBytes());
    object.put("inflight", load.concurrency());
    object.put("threads", load.threads());
    object.put("clients", load.clients());
    object.put("servers", settings.servers());
    object.put("calls_per_s", row.callsPerSecond().median());
    object.put("p50_us", row.p50Us().median());
    object.put("p99_us", row.p99Us().median());
    object.put("p999_us", row.p999Us().median());
    object.put("client_cpu_us_per_call", Stats.of(rounds, Round::clientCpuUs).median());
    object.put("server_cpu_us_per_call", Stats.of(rounds, Round::serverCpuUs).median());
    object.put("client_alloc_per_call", Stats.of(rounds, Round::clientBytes).median());
    object.put("server_alloc_per_call", Stats.of(rounds, Round::serverBytes).median());
    object.put("errors", row.errors());
    object.put("first_error", row.firstError());
    object.put("open_per_s", load.openPerSecond());
    object.put("seconds", settings.seconds());
    object.put("warmup", settings.warmUpSeconds());
    object.put("ratio_to", base.label());
    object.put("ratio", row.ratio().median());
    object.put("ratio_min", row.ratio().min());
    object.put("ratio_max", row.ratio().max());
    object.put("others_share", row.othersShare().median());
    object.put("java", Runtime.version().toString());
    object.put("rounds", rounds.stream().map(ComparisonReport::round).toList());
    return object;
  }

  private static Map<String, Object> round(Round round) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("calls_per_s", round.callsPerSecond());
    object.put("p50_us", round.p50Us());
    object.put("p99_us", round.p99Us());
    object.put("p999_us", round.p999Us());
    object.put("errors", round.errors());
    object.put("others_share", round.othersShare());
    return object;
  }

  static void plot(Settings.Compare settings, List<Row> rows, Path directory) throws IOException {
    Files.createDirectories(directory);
    Load load = settings.load();
    String name = "%s-%d-%d-%d"
        .formatted(
            load.mode().name().toLowerCase(Locale.ROOT),
            load.payloadBytes(),
            load.concurrency(),
            settings.servers());
    List<String> labels = rows.stream().map(row -> row.kind().label()).toList();
    Files.writeString(
        directory.resolve("calls-" + name + ".svg"),
        BarChart.svg(
            "calls/s: " + title(settings),
            labels,
            Map.of("calls/s", rows.stream().map(Row::callsPerSecond).toList())));
    Map<String, List<Stats>> spans = new LinkedHashMap<>();
    spans.put("p50 us", rows.stream().map(Row::p50Us).toList());
    spans.put("p99 us", rows.stream().map(Row::p99Us).toList());
    Files.writeString(
        directory.resolve("spans-" + name + ".svg"),
        BarChart.svg("microseconds: " + title(settings), labels, spans));
  }
}
