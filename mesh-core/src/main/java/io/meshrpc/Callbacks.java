package io.meshrpc;

import io.meshrpc.edge.Guest;
import io.meshrpc.edge.ReplyFuture;
import io.meshrpc.zmq.Guests;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
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
  private @Nullable Batch measured; // on the executor; there is one at a time
  private boolean warned;
  private boolean closed;

  /** The futures of a turn. */
  private static final class Batch implements Guest {
    private final int count;
    private List<ReplyFuture<?>>
        futures; // none once they are completed: nobody is to be held for it
    private volatile long tookNs; // 0: it has not ended yet

    Batch(List<ReplyFuture<?>> futures) {
      this.futures = futures;
      this.count = futures.size();
    }

    @Override
    public void run() {
      List<ReplyFuture<?>> all = futures;
      futures = List.of();
      all.forEach(ReplyFuture::completeWithReply);
    }

    void runMeasured() {
      long beganNs = System.nanoTime();
      try {
        run();
      } finally {
        tookNs = Math.max(1, System.nanoTime() - beganNs);
      }
    }

    @Override
    public void overstayed() {
      // they are completed, and nobody waits for more
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

  /** Completes these, soon. */
  void complete(List<ReplyFuture<?>> futures) {
    Batch batch = new Batch(futures);
    if (habit == null) {
      handOver(batch);
      return;
    }
    learn(habit);
    if (!closed
        && next == null
        && habit.isQuick()
        && turnTime.take(futures.size() * habit.costNs())) {
      next = batch;
    } else if (measured == null) {
      measured = batch;
      handOver(batch::runMeasured);
    } else {
      handOver(batch);
    }
  }

  /** By the executor's times. */
  private void learn(Habit own) {
    Batch done = measured;
    if (done != null && done.tookNs > 0) {
      measured = null;
      learn(own, done, done.tookNs, System.nanoTime());
    }
  }

  private static void learn(Habit own, Batch batch, long tookNs, long nowNs) {
    own.onRan(tookNs < Habit.LONG_NS ? tookNs / batch.count : tookNs, nowNs);
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
      learn(habit, Objects.requireNonNull(latest, "latest"), tookNs, System.nanoTime());
    }
  }

  @Override
  public void onStays(long nowNs) {
    if (habit != null) {
      habit.onStayed(System.nanoTime());
    }
    LOG.log(Level.DEBUG, "a callback keeps the thread of the loop, which goes on in another");
  }

  @Override
  public void onDeclined() {
    handOver(Objects.requireNonNull(latest, "latest"));
  }

  /** The loop has ended, and lends no more. */
  void close() {
    closed = true;
    Guest left = next();
    if (left != null) {
      handOver(left);
    }
  }
}
