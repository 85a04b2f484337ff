package io.meshrpc.sim.balance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Performs runs, one on each processor at a time. Results stand in the order of the runs. */
final class Runner {
  private final int threads;

  Runner(int threads) {
    this.threads = threads;
  }

  List<Result> perform(List<Run> runs, Consumer<Result> news) throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Result>> futures = new ArrayList<>();
      runs.forEach(run -> futures.add(pool.submit(run::perform)));
      List<Result> results = new ArrayList<>();
      for (Future<Result> future : futures) {
        Result result = future.get();
        news.accept(result);
        results.add(result);
      }
      return results;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a run failed", e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }
}
