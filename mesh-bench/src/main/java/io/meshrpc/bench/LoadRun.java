package io.meshrpc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/** Puts a client under load, as often as asked. Its threads and its callers stay between runs. */
final class LoadRun implements AutoCloseable {
  private static final int TIMED_EACH = 5; // and none of the sizes of batches

  private final Load load;
  private final ExecutorService threads;
  private final List<BenchClient.BlockingCaller> callers = new ArrayList<>();
  private final List<Pipeline> pipelines = new ArrayList<>();
  private final Usage.Meter meter = new Usage.Meter();

  LoadRun(BenchClient client, Load load) throws Exception {
    this.load = load;
    this.threads = Executors.newFixedThreadPool(load.threads(), task -> {
      Thread thread = new Thread(task, "bench-load");
      thread.setDaemon(true);
      return thread;
    });
    for (int i = 0; i < load.threads(); i++) {
      if (load.mode() == Load.Mode.LATENCY) {
        callers.add(client.caller());
      } else {
        pipelines.add(client.pipeline(share(i)));
      }
    }
  }

  /** Runs for this long, and until what was started then has ended. */
  RunResult run(long spanNs) throws Exception {
    CountDownLatch ready = new CountDownLatch(load.threads());
    List<Tally> tallies = new ArrayList<>();
    for (int i = 0; i < load.threads(); i++) {
      tallies.add(new Tally()); // before the meter is read: their bytes are not the calls'
    }
    List<Future<?>> ends = new ArrayList<>();
    Usage before = meter.read();
    long startNs = System.nanoTime();
    for (int i = 0; i < load.threads(); i++) {
      int index = i;
      Tally tally = tallies.get(i);
      ends.add(threads.submit(() -> {
        ready.countDown();
        ready.await();
        runThread(index, tally, pace(index, startNs, startNs + spanNs));
        return null;
      }));
    }
    for (Future<?> end : ends) {
      end.get();
    }
    long tookNs = System.nanoTime() - startNs;
    return result(tallies, tookNs, meter.read().since(before));
  }

  /** What this process has used since it began. */
  Usage usage() {
    return meter.read();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private void runThread(int index, Tally tally, Pace pace) throws Exception {
    if (load.mode() == Load.Mode.CHAINED) {
      new Chain(share(index), pipelines.get(index), tally, pace).run();
      return;
    }
    if (load.mode() == Load.Mode.THROUGHPUT) {
      new Window(share(index), pipelines.get(index), tally).run(pace);
      return;
    }
    BenchClient.BlockingCaller caller = callers.get(index);
    long ended = 0;
    for (long startNs = pace.next(); startNs != Pace.OVER; startNs = pace.next()) {
      try {
        caller.call();
        tally.took(System.nanoTime() - startNs);
      } catch (Exception e) {
        tally.failure(e);
      }
      ended++;
    }
    tally.ended(ended);
  }

  private int share(int index) {
    return load.inFlight() / load.threads() + (index < load.inFlight() % load.threads() ? 1 : 0);
  }

  private Pace pace(int index, long startNs, long endNs) {
    if (load.openPerSecond() == 0) {
      return Pace.closed(endNs, load.mode() == Load.Mode.LATENCY ? 1 : TIMED_EACH);
    }
    long intervalNs = 1_000_000_000L * load.threads() / load.openPerSecond();
    return Pace.open(startNs + intervalNs * index / load.threads(), endNs, Math.max(1, intervalNs));
  }

  private static RunResult result(List<Tally> tallies, long tookNs, Usage used) {
    Histogram spans = new Histogram(Tally.SPAN_MAX_NS, Tally.DIGITS);
    long successes = 0;
    long errors = 0;
    String firstError = "";
    for (Tally tally : tallies) {
      tally.addTo(spans);
      successes += tally.successes();
      errors += tally.errors();
      firstError = firstError.isEmpty() ? tally.firstError() : firstError;
    }
    return new RunResult(spans, successes, errors, firstError, tookNs, used);
  }
}
