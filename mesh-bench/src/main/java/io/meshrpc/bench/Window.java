package io.meshrpc.bench;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One issuing thread's share of the calls in flight. The thread sleeps when the window is full, and
 * is woken when a quarter of it is free: waking it for each call would be what is measured.
 */
final class Window implements CallEnds {
  static final long DRAIN_MAX_NS = 15_000_000_000L;

  private final int size;
  private final int wakeAt;
  private final Pipeline pipeline;
  private final Tally tally;
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile @Nullable Thread sleeper;

  Window(int size, Pipeline pipeline, Tally tally) {
    this.size = size;
    this.wakeAt = size - Math.max(1, size / 4);
    this.pipeline = pipeline;
    this.tally = tally;
  }

  /** Keeps the window full until the pace says stop; returns when all that was started has ended. */
  void run(Pace pace) throws Exception {
    for (long startNs = pace.next(); startNs != Pace.OVER; startNs = pace.next()) {
      if (inFlight.get() >= size) {
        awaitAtMost(wakeAt, Long.MAX_VALUE);
      }
      inFlight.incrementAndGet();
      new InFlight(this, startNs).startOn(pipeline);
    }
    awaitAtMost(0, System.nanoTime() + DRAIN_MAX_NS);
    countLost(inFlight.get(), tally);
  }

  /** Those that are still in flight after {@link #DRAIN_MAX_NS}. */
  static void countLost(int lost, Tally tally) {
    for (int i = 0; i < lost; i++) {
      tally.failure(new IllegalStateException("a call did not end within 15 s"));
    }
  }

  private void awaitAtMost(int count, long untilNs) throws Exception {
    while (inFlight.get() > count && System.nanoTime() < untilNs) {
      if (!pipeline.progress()) {
        sleeper = Thread.currentThread();
        if (inFlight.get() > count) {
          LockSupport.parkNanos(this, 100_000_000);
        }
        sleeper = null;
      }
    }
  }

  @Override
  public void onEnded(long tookNs, long endNs, @Nullable Throwable failure) {
    if (failure == null) {
      tally.success(tookNs);
    } else {
      tally.failure(failure);
    }
    int left = inFlight.decrementAndGet();
    Thread asleep = sleeper;
    if (asleep != null && (left == wakeAt || left == 0)) {
      LockSupport.unpark(asleep);
    }
  }
}
