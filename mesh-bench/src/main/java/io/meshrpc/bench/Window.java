package io.meshrpc.bench;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One issuing thread's share of the calls in flight. The thread sleeps when the window is full, and
 * is woken when a quarter of it is free: waking it for each call would be what is measured. Nor does it
 * look for each call at what the other threads write, or write what they read: it looks when the window
 * is full by what it saw last.
 */
final class Window {
  static final long DRAIN_MAX_NS = 15_000_000_000L;

  private final int size;
  private final int wakeAt;
  private final Pipeline pipeline;
  private final Tally tally;
  private final Thread issuer = Thread.currentThread();
  private final InFlight untimed = new Untimed(); // any of them
  private final AtomicLong ended = new AtomicLong();
  private volatile long wakeAtEnded = Long.MAX_VALUE; // changes only when the issuer sleeps

  /** For the thread that makes it. */
  Window(int size, Pipeline pipeline, Tally tally) {
    this.size = size;
    this.wakeAt = size - Math.max(1, size / 4);
    this.pipeline = pipeline;
    this.tally = tally;
  }

  /** Keeps the window full until the pace says stop; returns when all that was started has ended. */
  void run(Pace pace) throws Exception {
    long begun = 0;
    long seenEnded = 0;
    for (long startNs = pace.next(); startNs != Pace.OVER; startNs = pace.next()) {
      if (begun - seenEnded >= size) {
        seenEnded = ended.get();
        if (begun - seenEnded >= size) {
          awaitEnded(begun - wakeAt, Long.MAX_VALUE);
          seenEnded = ended.get();
        }
      }
      begun++;
      (startNs == InFlight.UNTIMED ? untimed : new Timed(startNs)).startOn(pipeline);
    }
    awaitEnded(begun, System.nanoTime() + DRAIN_MAX_NS);
    seenEnded = ended.get();
    tally.ended(seenEnded);
    countLost(begun - seenEnded, tally);
  }

  /** Those that are still in flight after {@link #DRAIN_MAX_NS}. */
  static void countLost(long lost, Tally tally) {
    for (long i = 0; i < lost; i++) {
      tally.failure(new IllegalStateException("a call did not end within 15 s"));
    }
  }

  private void awaitEnded(long count, long untilNs) throws Exception {
    while (ended.get() < count && System.nanoTime() < untilNs) {
      if (!pipeline.progress()) {
        wakeAtEnded = count;
        if (ended.get() < count) {
          LockSupport.parkNanos(this, 100_000_000);
        }
        wakeAtEnded = Long.MAX_VALUE;
      }
    }
  }

  private void onEnded(@Nullable Throwable failure) {
    if (failure != null) {
      tally.failure(failure);
    }
    if (ended.incrementAndGet() == wakeAtEnded) {
      LockSupport.unpark(issuer);
    }
  }

  private final class Untimed extends InFlight {
    @Override
    void ended(@Nullable Throwable failure) {
      onEnded(failure);
    }
  }

  private final class Timed extends InFlight {
    private final long startNs;

    Timed(long startNs) {
      this.startNs = startNs;
    }

    @Override
    void ended(@Nullable Throwable failure) {
      if (failure == null) {
        tally.took(System.nanoTime() - startNs);
      }
      onEnded(failure);
    }
  }
}
