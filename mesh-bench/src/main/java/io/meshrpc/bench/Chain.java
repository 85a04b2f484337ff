package io.meshrpc.bench;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Calls each of which starts the next when it ends, on the thread that tells its end. The issuing
 * thread starts the first ones and those that follow failures, lest calls that fail at once follow
 * each other on one stack.
 */
final class Chain implements CallEnds {
  private static final long CHECK_EVERY_NS = 100_000_000;

  private final int size;
  private final Pipeline pipeline;
  private final Tally tally;
  private final Pace pace;
  private final AtomicInteger open;
  private final AtomicInteger toFollow = new AtomicInteger();
  private final Thread issuer = Thread.currentThread();

  /** For the thread that makes it. The pace must be {@link Pace#closed}, which any thread may ask. */
  Chain(int size, Pipeline pipeline, Tally tally, Pace pace) {
    this.size = size;
    this.pipeline = pipeline;
    this.tally = tally;
    this.pace = pace;
    this.open = new AtomicInteger(size);
  }

  /** Keeps that many calls in flight until the pace says stop; returns when all have ended. */
  void run() throws Exception {
    for (int i = 0; i < size; i++) {
      startNext(System.nanoTime());
    }
    while (open.get() > 0 && !pace.isOverSince(Window.DRAIN_MAX_NS)) {
      if (toFollow.get() > 0) {
        toFollow.decrementAndGet();
        startNext(System.nanoTime());
      } else if (!pipeline.progress()) {
        LockSupport.parkNanos(this, CHECK_EVERY_NS);
      }
    }
    Window.countLost(open.get(), tally);
  }

  private void startNext(long nowNs) {
    long startNs = pace.nextAt(nowNs);
    if (startNs == Pace.OVER) {
      closeOne();
      return;
    }
    new InFlight(this, startNs).startOn(pipeline);
  }

  private void closeOne() {
    if (open.decrementAndGet() == 0) {
      LockSupport.unpark(issuer);
    }
  }

  @Override
  public void onEnded(long tookNs, long endNs, @Nullable Throwable failure) {
    if (failure == null) {
      tally.success(tookNs);
      startNext(endNs); // which is when it begins
    } else {
      tally.failure(failure);
      toFollow.incrementAndGet();
      LockSupport.unpark(issuer);
    }
  }
}
