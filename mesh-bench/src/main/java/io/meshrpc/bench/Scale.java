package io.meshrpc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What a mesh costs as it grows: one client of many idle servers, then many of many. */
final class Scale {
  private static final int SERVERS_PER_JVM = 50;
  private static final int SERVER_JVMS_MAX = 4;
  private static final int CLIENT_JVMS_MAX = 2;
  private static final int FEW = 3; // servers that a client of many is compared with
  private static final int[] STEPS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000};

  private final Settings.Grow settings;
  private final List<Map<String, Object>> figures = new ArrayList<>();

  Scale(Settings.Grow settings) {
    this.settings = settings;
  }

  void run() throws IOException, InterruptedException {
    try (Fleet fleet = new Fleet()) {
      List<String> addresses = new ArrayList<>();
      Children servers = startServers(fleet, addresses);
      idle(fleet, servers, addresses);
      busy(fleet, servers, addresses);
    }
    if (settings.json().isPresent()) {
      Files.writeString(settings.json().get(), Json.text(figures));
    }
  }

  private Children startServers(Fleet fleet, List<String> addresses) throws IOException {
    int jvms = jvms(settings.servers(), SERVERS_PER_JVM, SERVER_JVMS_MAX);
    List<Child> children = new ArrayList<>();
    for (int i = 0; i < jvms; i++) {
      String count = Integer.toString(share(settings.servers(), jvms, i));
      children.add(fleet.start("servers " + (i + 1), ScaleServers.class, count));
    }
    for (Child child : children) {
      addresses.addAll(List.of(child.awaitReady().split(" ", -1)));
    }
    System.out.printf("%d servers in %d JVMs%n", settings.servers(), jvms);
    return new Children(children);
  }

  private static Children startClients(Fleet fleet, int jvms) throws IOException {
    List<Child> children = new ArrayList<>();
    for (int i = 0; i < jvms; i++) {
      children.add(fleet.start("clients " + (i + 1), ScaleClients.class));
    }
    children.forEach(Child::awaitReady);
    return new Children(children);
  }

  private void idle(Fleet fleet, Children servers, List<String> addresses)
      throws IOException, InterruptedException {
    Children client = startClients(fleet, 1);
    Memory clientBefore = client.memory();
    Memory serversBefore = servers.memory();
    double connectMs = connect(client, 1, addresses);
    TimeUnit.SECONDS.sleep(settings.warmUpSeconds());
    Usage clientUsage = client.usage();
    Usage serversUsage = servers.usage();
    long beginNs = System.nanoTime();
    TimeUnit.SECONDS.sleep(settings.seconds());
    Usage clientUsed = client.usage().since(clientUsage);
    Usage serversUsed = servers.usage().since(serversUsage);
    double seconds = (System.nanoTime() - beginNs) / 1e9;
    Memory clientHolds = client.memory().since(clientBefore);
    Memory serversHold = servers.memory().since(serversBefore);
    System.out.printf(
        "one client, all servers usable after %,.0f ms; idle, for each peer:%n", connectMs);
    System.out.printf(
        "%-10s %12s %18s %18s%n", "", "heap bytes", "resident bytes", "CPU us in a second");
    idleRow("client", connectMs, clientHolds, clientUsed, seconds);
    idleRow("servers", connectMs, serversHold, serversUsed, seconds);
    System.out.println("(a client's memory is what its connections added, with the client itself;"
        + " the servers' is what the one client added to each)");
    System.out.printf("%none client, %d calls of 16 bytes in flight%n", ScaleClients.IN_FLIGHT);
    callsHead("%8s".formatted("servers"));
    loaded(client, servers, addresses.size());
    client.ask(i -> "close");
    int few = Math.min(FEW, addresses.size());
    connect(client, 1, addresses.subList(0, few));
    loaded(client, servers, few);
    client.ask(i -> "close");
    client.list().forEach(Child::kill);
  }

  /** What a call costs a client that is connected to so many servers. */
  private void loaded(Children client, Children servers, int count) {
    Round round = measure(client, 1, servers);
    callsLine("%8d".formatted(count), round);
    figures.add(callsRow("loaded", 1, count, round));
  }

  private Round measure(Children clients, int count, Children servers) {
    runAll(clients, count, settings.warmUpSeconds());
    Usage before = servers.usage();
    RunResult result = runAll(clients, count, settings.seconds());
    return Round.of(result, servers.usage().since(before), Double.NaN);
  }

  private static void callsHead(String first) {
    System.out.printf(
        "%s %14s %10s %10s %14s %14s %7s%n",
        first, "calls/s", "p50 us", "p99 us", "client CPU us", "server CPU us", "errors");
  }

  private static void callsLine(String first, Round round) {
    System.out.printf(
        "%s %,14.0f %,10.0f %,10.0f %,14.1f %,14.1f %7d%n",
        first,
        round.callsPerSecond(),
        round.p50Us(),
        round.p99Us(),
        round.clientCpuUs(),
        round.serverCpuUs(),
        round.errors());
    if (!round.firstError().isEmpty()) {
      System.out.println("         failed first with: " + round.firstError());
    }
  }

  private static Map<String, Object> callsRow(String phase, int clients, int servers, Round round) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("phase", phase);
    row.put("clients", clients);
    row.put("servers", servers);
    row.put("calls_per_s", round.callsPerSecond());
    row.put("p50_us", round.p50Us());
    row.put("p99_us", round.p99Us());
    row.put("client_cpu_us_per_call", round.clientCpuUs());
    row.put("server_cpu_us_per_call", round.serverCpuUs());
    row.put("errors", round.errors());
    return row;
  }

  private void idleRow(String role, double connectMs, Memory holds, Usage used, double seconds) {
    double peers = settings.servers();
    double heap = holds.heapBytes() / peers;
    double resident = holds.residentBytes() / peers;
    double cpuUs = used.cpuNs() / 1e3 / seconds / peers;
    System.out.printf("%-10s %,12.0f %,18.0f %,18.1f%n", role, heap, resident, cpuUs);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("phase", "idle");
    row.put("role", role);
    row.put("clients", 1);
    row.put("servers", settings.servers());
    row.put("connect_ms", connectMs);
    row.put("heap_bytes_per_peer", heap);
    row.put("resident_bytes_per_peer", resident);
    row.put("idle_cpu_us_per_s_per_peer", cpuUs);
    figures.add(row);
  }

  private void busy(Fleet fleet, Children servers, List<String> addresses) throws IOException {
    Children clients =
        startClients(fleet, jvms(settings.clients(), SERVERS_PER_JVM, CLIENT_JVMS_MAX));
    System.out.printf(
        "%nas many clients as servers, %d calls of 16 bytes in flight for each client%n",
        ScaleClients.IN_FLIGHT);
    callsHead("%8s %12s".formatted("n x n", "connect ms"));
    for (int n : steps(settings.clients())) {
      double connectMs = connect(clients, n, addresses.subList(0, n));
      Round round = measure(clients, n, servers);
      clients.ask(i -> "close");
      busyRow(n, connectMs, round);
    }
  }

  private void busyRow(int n, double connectMs, Round round) {
    callsLine("%8d %,12.0f".formatted(n, connectMs), round);
    Map<String, Object> row = callsRow("busy", n, n, round);
    row.put("connect_ms", connectMs);
    figures.add(row);
  }

  /** Spreads clients over the JVMs; the slowest tells the time. */
  private static double connect(Children clients, int count, List<String> addresses) {
    int jvms = clients.list().size();
    List<String> millis =
        clients.ask(i -> "connect " + share(count, jvms, i) + " " + String.join(" ", addresses));
    return millis.stream().mapToDouble(Double::parseDouble).max().orElse(0);
  }

  /** Runs all JVMs that have clients. */
  private static RunResult runAll(Children clients, int count, int seconds) {
    int jvms = clients.list().size();
    Children busy = new Children(clients.list().subList(0, Math.min(jvms, count)));
    long spanNs = Duration.ofSeconds(Math.max(1, seconds)).toNanos();
    Histogram spans = new Histogram(Tally.SPAN_MAX_NS, Tally.DIGITS);
    RunResult sum = new RunResult(spans, 0, 0, "", 0, new Usage(0, 0));
    for (String line : busy.ask(i -> "run " + spanNs)) {
      RunResult one = RunResult.parse(line);
      spans.add(one.spansNs());
      sum = new RunResult(
          spans,
          sum.successes() + one.successes(),
          sum.errors() + one.errors(),
          sum.firstError().isEmpty() ? one.firstError() : sum.firstError(),
          Math.max(sum.tookNs(), one.tookNs()),
          sum.used().plus(one.used()));
    }
    return sum;
  }

  static List<Integer> steps(int last) {
    List<Integer> steps = new ArrayList<>();
    for (int step : STEPS) {
      if (step < last) {
        steps.add(step);
      }
    }
    steps.add(last);
    return steps;
  }

  private static int jvms(int count, int perJvm, int max) {
    return Math.min(max, (count + perJvm - 1) / perJvm);
  }

  private static int share(int count, int jvms, int index) {
    return count / jvms + (index < count % jvms ? 1 : 0);
  }
}
