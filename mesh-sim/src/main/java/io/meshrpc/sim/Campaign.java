package io.meshrpc.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Plays many seeds. Each is played by one thread and shares nothing with others. One seed in a hundred
 * is played twice, and must leave the same trace (I10).
 */
final class Campaign {
  private static final long PROGRESS_MS = 5000;
  private static final int FAILURES_MAX = 20; // after so many it ends

  private final Play play;
  private final SeedRange seeds;
  private final AtomicLong next;
  private final AtomicLong played = new AtomicLong();
  private final AtomicLong events = new AtomicLong();
  private final List<Run> failures = new ArrayList<>(); // guarded by itself
  private final long startNs = System.nanoTime();

  Campaign(Play play, SeedRange seeds) {
    this.play = play;
    this.seeds = seeds;
    this.next = new AtomicLong(seeds.from());
  }

  /** Plays all with so many threads; the caller's thread hears of progress each five seconds. */
  void run(int threads, Consumer<String> progress) {
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread thread = new Thread(this::work, "sim-" + i);
      thread.start();
      all.add(thread);
    }
    try {
      for (Thread thread : all) {
        while (thread.isAlive()) {
          thread.join(PROGRESS_MS);
          if (thread.isAlive()) {
            progress.accept(summary());
          }
        }
      }
    } catch (InterruptedException e) {
      next.set(Long.MAX_VALUE);
      Thread.currentThread().interrupt();
    }
  }

  /** Those that failed, by seed. */
  List<Run> failures() {
    synchronized (failures) {
      List<Run> sorted = new ArrayList<>(failures);
      sorted.sort(Comparator.comparingLong(Run::seed));
      return sorted;
    }
  }

  long played() {
    return played.get();
  }

  long events() {
    return events.get();
  }

  double seconds() {
    return (System.nanoTime() - startNs) / 1e9;
  }

  String summary() {
    return "%s: %d of %d seeds, %d events, %.0f events per second, %d violations"
        .formatted(
            play.name(),
            played.get(),
            seeds.count(),
            events.get(),
            events.get() / seconds(),
            failures().size());
  }

  private void work() {
    long seed;
    while ((seed = next.getAndIncrement()) <= seeds.to() && seed >= seeds.from()) {
      Run run = playOrFail(seed);
      if (run.violation() == null && seed % 100 == 0) {
        run = compare(run, playOrFail(seed));
      }
      played.incrementAndGet();
      events.addAndGet(run.events());
      if (run.violation() != null) {
        synchronized (failures) {
          failures.add(run);
          if (failures.size() >= FAILURES_MAX) {
            next.set(Long.MAX_VALUE - 1000);
          }
        }
      }
    }
  }

  private Run compare(Run one, Run other) {
    if (one.hash() == other.hash() && one.events() == other.events()) {
      return one;
    }
    String line = "I10: played twice, seed %d left the traces %016x and %016x"
        .formatted(one.seed(), one.hash(), other.hash());
    String report = line + "\nreplay: " + Run.replay(play, one.seed()) + "\n";
    return new Run(one.seed(), one.events(), one.hash(), line, report);
  }

  private Run playOrFail(long seed) {
    try {
      return Run.of(play, seed);
    } catch (RuntimeException | Error e) { // a fault of the simulator itself
      String line = "the simulator failed: " + e;
      StringBuilder report = new StringBuilder(line).append('\n');
      for (StackTraceElement frame : e.getStackTrace()) {
        report.append("    at ").append(frame).append('\n');
      }
      report.append("replay: ").append(Run.replay(play, seed)).append('\n');
      return new Run(seed, 0, 0, line, report.toString());
    }
  }
}
