package io.meshrpc.examples;

import io.meshrpc.MeshClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The README's main command: 64 callers, three server processes, and everything that may happen to
 * them. Ends with 1 if an idempotent call failed, or anything was executed twice or misreported.
 */
final class Demo {
  private static final int CALLERS = 64;
  private static final int PAYERS = 4;
  private static final Duration PAYMENT = Duration.ofMillis(2);

  private final Fleet fleet;
  private final TransitionLog log = new TransitionLog();
  private final MeshClient mesh;
  private final List<EventReport> reports = new ArrayList<>();

  private Demo(Fleet fleet) {
    this.fleet = fleet;
    mesh = MeshClient.builder()
        .connect(fleet.endpoints().toArray(String[]::new))
        .name("demo")
        .listener(log)
        .build();
  }

  /** Runs the demo. */
  public static void main(String[] args) throws InterruptedException {
    System.out.println("Starting three server processes.");
    boolean kept;
    try (Fleet fleet = Fleet.start(3, PAYMENT)) {
      kept = new Demo(fleet).run();
    }
    System.exit(kept ? 0 : 1);
  }

  private boolean run() throws InterruptedException {
    LoadGenerator load = LoadGenerator.start(mesh, CALLERS);
    Payers payers = Payers.start(mesh, PAYERS);
    try (mesh;
        LiveLine line = new LiveLine(mesh, load)) {
      play(load);
      payers.close();
      load.close();
    }
    return summarize(load, payers.judge(fleet.stopAndReadExecutions()));
  }

  private void play(LoadGenerator load) throws InterruptedException {
    say("%d threads call an idempotent method, %d one that is not".formatted(CALLERS, PAYERS));
    TimeUnit.SECONDS.sleep(3);
    reports.add(EventReport.of("cold start", load.nextEvent()));
    TimeUnit.SECONDS.sleep(4);
    reports.add(EventReport.of("undisturbed", load.nextEvent()));

    at(load, "kill -9 of one", 0, 4, () -> fleet.server(0).kill());
    at(load, "restart of one, same port", 0, 6, () -> fleet.restart(0));
    at(load, "SIGSTOP of two", 1, 5, () -> fleet.server(1).freeze());
    at(load, "SIGCONT of two", 1, 6, () -> fleet.server(1).thaw());
    for (int i = 0; i < fleet.size(); i++) {
      int index = i;
      at(load, "drain and restart of " + fleet.server(i).name(), i, 4, () -> replace(index));
    }
  }

  private void replace(int index) {
    fleet.server(index).drain();
    fleet.restart(index);
  }

  private void at(LoadGenerator load, String title, int server, int seconds, Runnable action)
      throws InterruptedException {
    String endpoint = fleet.server(server).endpoint();
    say(title);
    load.nextEvent();
    action.run();
    TimeUnit.SECONDS.sleep(seconds);
    reports.add(EventReport.of(title, load.nextEvent(), log, endpoint));
  }

  private static void say(String text) {
    System.out.println("--- " + text);
  }

  private boolean summarize(LoadGenerator load, Payers.Verdict payments) {
    boolean kept = isKept(load.failed(), payments);
    System.out.println();
    System.out.println(EventReport.HEADING);
    reports.forEach(System.out::println);
    System.out.println(
        "gap: the longest time in which no call of the whole client succeeded; back: takes calls"
            + " again");
    System.out.println();
    System.out.printf("idempotent calls       %,d, failed: %d%n", load.calls(), load.failed());
    System.out.printf(
        "not idempotent calls   %,d, failed: %s, executed twice: %d, misreported: %d%n",
        payments.calls(),
        payments.failures().isEmpty() ? "0" : payments.failures(),
        payments.duplicates().size(),
        payments.lies().size());
    load.failures().stream().limit(5).forEach(text -> System.out.println("failed: " + text));
    payments.duplicates().stream().limit(5).forEach(System.out::println);
    payments.lies().stream().limit(5).forEach(System.out::println);
    System.out.printf("longest gap            %.0f ms after the cold start%n", longestGapMillis());
    System.out.println(kept ? "The promise was kept." : "THE PROMISE WAS BROKEN.");
    return kept;
  }

  /** The promise: no idempotent call fails, nothing runs twice, nobody is told a wrong thing. */
  static boolean isKept(long failed, Payers.Verdict payments) {
    return failed == 0 && payments.duplicates().isEmpty() && payments.lies().isEmpty();
  }

  private double longestGapMillis() {
    return reports.stream()
        .skip(1)
        .mapToDouble(report -> report.seen().gapMillis())
        .max()
        .orElse(0);
  }
}
