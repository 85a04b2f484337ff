package io.meshrpc;

import io.meshrpc.edge.Guest;
import io.meshrpc.edge.ReplyFuture;
import io.meshrpc.zmq.Guests;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Completes futures, and so runs what users have hung on them: in the thread of the loop, lent, as long as that is
 * usually quick; on an executor otherwise. Owned by the loop.
 */
final class Callbacks implements Guests {
  private static final System.Logger LOG = System.getLogger("io.meshrpc");

  private final Executor executor;
  private final @Nullable Habit habit; // null: never in the loop's thread
  private final TurnTime turnTime = new TurnTime();
  private @Nullable Batch next; // of this turn, for the loop's thread
  private @Nullable Batch latest; // that had it
  private @Nullable Sample measured; // there is one at a time
  private boolean warned;
  private boolean closed;

  /** The futures of a turn, for the loop's thread; another takes over those behind one that keeps it. */
  private static final class Batch implements Guest {
    private final int count;
    private final AtomicInteger taken = new AtomicInteger();
    private List<ReplyFuture<?>>
        futures; // none once they are completed: nobody is to be held for it

    Batch(List<ReplyFuture<?>> futures) {
      this.futures = futures;
      this.count = futures.size();
    }

    @Override
    public void run() {
      List<ReplyFuture<?>> all = futures;
      for (int i = taken.getAndIncrement(); i < count; i = taken.getAndIncrement()) {
        all.get(i).run();
      }
      futures = List.of();
    }

    /** Takes those that nobody has begun to complete. */
    List<ReplyFuture<?>> rest() {
      List<ReplyFuture<?>> all = futures;
      int from = Math.min(count, taken.getAndSet(count));
      return all.isEmpty() ? all : all.subList(from, count);
    }

    @Override
    public void overstayed() {
      // whoever is the loop now takes the rest
    }
  }

  /** One future that is completed on the executor, and how long that takes. */
  private static final class Sample implements Runnable {
    private final ReplyFuture<?> future;
    private volatile long tookNs; // 0: it has not ended yet

    Sample(ReplyFuture<?> future) {
      this.future = future;
    }

    @Override
    public void run() {
      long beganNs = System.nanoTime();
      try {
        future.run();
      } finally {
        tookNs = Math.max(1, System.nanoTime() - beganNs);
      }
    }
  }

  /**
   * Completes on this executor, or in the loop's thread.
   *
   * @param quickNs what callbacks may usually take for that; 0: never
   */
  Callbacks(Executor executor, long quickNs) {
    this.executor = executor;
    this.habit = quickNs == 0 ? null : new Habit(quickNs);
  }

  /** Completes these, soon. One that waits for another, or for long, holds up none. */
  void complete(List<ReplyFuture<?>> futures) {
    if (habit == null) {
      handOver(futures);
      return;
    }
    learn(habit);
    if (!closed
        && next == null
        && habit.isQuick()
        && turnTime.take(futures.size() * habit.costNs())) {
      next = new Batch(futures);
    } else if (measured == null) {
      int last = futures.size() - 1;
      measured = new Sample(futures.get(last));
      handOver(futures.subList(0, last));
      handOver(measured);
    } else {
      handOver(futures);
    }
  }

  /** By the executor's times. */
  private void learn(Habit own) {
    Sample done = measured;
    if (done != null && done.tookNs > 0) {
      measured = null;
      own.onRan(done.tookNs, System.nanoTime());
    }
  }

  private void handOver(List<ReplyFuture<?>> futures) {
    for (int i = 0; i < futures.size(); i++) {
      handOver(futures.get(i));
    }
  }

  private void handOver(Runnable task) {
    try {
      executor.execute(task);
    } catch (Throwable e) { // an executor that rejects must not leave anybody waiting
      warnOnce(e);
      task.run();
    }
  }

  private void warnOnce(Throwable thrown) {
    if (!warned) {
      warned = true;
      LOG.log(
          Level.WARNING, "the callback executor rejected callbacks, which run on the loop", thrown);
    }
  }

  @Override
  public @Nullable Guest next() {
    Batch batch = next;
    next = null;
    if (batch == null) {
      turnTime.reset();
    } else {
      latest = batch;
    }
    return batch;
  }

  @Override
  public void onLeft(long tookNs, long nowNs) {
    if (habit != null) {
      Batch batch = latest();
      long eachNs = tookNs < Habit.LONG_NS ? tookNs / batch.count : tookNs;
      habit.onRan(eachNs, System.nanoTime());
    }
  }

  @Override
  public void onStays(long nowNs) {
    if (habit != null) {
      habit.onStayed(System.nanoTime());
    }
    LOG.log(Level.DEBUG, "a callback keeps the thread of the loop, which goes on in another");
    if (latest != null) {
      handOver(latest.rest());
    }
  }

  @Override
  public void onDeclined() {
    handOver(latest().rest());
  }

  private Batch latest() {
    return Objects.requireNonNull(latest, "latest");
  }

  /** The loop has ended, and lends no more. */
  void close() {
    closed = true;
    if (next() != null) {
      handOver(latest().rest());
    }
  }
}
