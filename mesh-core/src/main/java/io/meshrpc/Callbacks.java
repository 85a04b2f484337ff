package io.meshrpc;

import io.meshrpc.edge.Completion;
import io.meshrpc.edge.Guest;
import io.meshrpc.edge.SafeLog;
import io.meshrpc.zmq.Guests;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Tells of the ends of calls, and so runs callbacks and what users have hung on futures: in the thread of the loop,
 * lent, as long as that is usually quick; on an executor otherwise. Owned by the loop.
 */
final class Callbacks implements Guests {
  private final Executor executor;
  private final @Nullable Habit habit; // null: never in the loop's thread
  private final TurnTime turnTime = new TurnTime();
  private @Nullable Batch next; // of this turn, for the loop's thread
  private @Nullable Batch latest; // that had it
  private @Nullable Share measured; // there is one at a time
  private boolean warned;
  private boolean closed;

  /** The calls that ended in a turn. Whoever tells of one takes the next; should it be kept, another goes on. */
  private static final class Batch implements Guest {
    private final int count;
    private final AtomicInteger taken = new AtomicInteger();
    private List<Completion> ends; // none once they are told: nobody is to be held for it

    Batch(List<Completion> ends) {
      this.ends = ends;
      this.count = ends.size();
    }

    @Override
    public void run() {
      int unused = runSome();
    }

    /** Tells of those of which nobody has begun to, and counts them. */
    private int runSome() {
      List<Completion> all = ends;
      int ran = 0;
      for (int i = taken.getAndIncrement(); i < count; i = taken.getAndIncrement()) {
        all.get(i).run();
        ran++;
      }
      ends = List.of();
      return ran;
    }

    boolean hasMore() {
      return taken.get() < count;
    }

    @Override
    public void overstayed() {
      // whoever is the loop now sees to the rest
    }
  }

  /** Tells what is left of a batch on the client's own executor, and finds out how long one takes. */
  private final class Share implements Runnable {
    private final Batch batch;
    private volatile long eachNs; // 0: nobody has told any

    Share(Batch batch) {
      this.batch = batch;
    }

    @Override
    public void run() {
      if (!batch.hasMore()) {
        return;
      }
      if (batch.count > 1) {
        sendAnother();
      }
      long beganNs = System.nanoTime();
      int ran = batch.runSome();
      long tookNs = Math.max(1, System.nanoTime() - beganNs);
      if (ran > 0) {
        eachNs = Math.max(1, each(tookNs, ran));
      }
    }

    /** Who finds nothing to do, unless a callback keeps this thread. */
    private void sendAnother() {
      try {
        executor.execute(this);
      } catch (Throwable e) { // it is closed, or there are no more threads
        SafeLog.log(Level.DEBUG, "nobody else for callbacks", e);
      }
    }
  }

  /**
   * Tells on this executor, or in the loop's thread.
   *
   * @param quickNs what callbacks may usually take for that; 0: never
   */
  Callbacks(Executor executor, long quickNs) {
    this.executor = executor;
    this.habit = quickNs == 0 ? null : new Habit(quickNs);
  }

  /** Whether each is told for itself: on the executor that the user gave. */
  boolean runEach() {
    return habit == null;
  }

  /** Tells of one for itself, soon. */
  void run(Completion end) {
    handOver(end);
  }

  /**
   * Tells of these, soon. One that waits for another, or for long, holds up none. Not if {@link #runEach each is told
   * for itself}.
   */
  void run(List<Completion> ends) {
    Habit own = Objects.requireNonNull(habit, "habit");
    learn(own);
    Batch batch = new Batch(ends);
    if (!closed && next == null && own.isQuick() && turnTime.take(ends.size() * own.costNs())) {
      next = batch;
    } else {
      share(batch);
    }
  }

  /** By the executor's times. */
  private void learn(Habit own) {
    Share done = measured;
    if (done != null && done.eachNs > 0) {
      measured = null;
      own.onRan(done.eachNs, System.nanoTime());
    }
  }

  /** What each has taken; of those that took long together, one may have taken it all. */
  private static long each(long tookNs, int count) {
    return tookNs < Habit.LONG_NS ? tookNs / count : tookNs;
  }

  private void share(Batch batch) {
    Share share = new Share(batch);
    measured = measured == null ? share : measured;
    handOver(share);
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
      SafeLog.log(
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
      habit.onRan(each(tookNs, latest().count), System.nanoTime());
    }
  }

  @Override
  public void onStays(long nowNs) {
    if (habit != null) {
      habit.onStayed(System.nanoTime());
    }
    SafeLog.debug(() -> "a callback keeps the thread of the loop, which goes on in another");
    if (latest != null && latest.hasMore()) {
      share(latest);
    }
  }

  @Override
  public void onDeclined() {
    share(latest());
  }

  private Batch latest() {
    return Objects.requireNonNull(latest, "latest");
  }

  /** The loop has ended, and lends no more. */
  void close() {
    closed = true;
    if (next() != null) {
      share(latest());
    }
  }
}
