package io.meshrpc.bench;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Calls each of which starts the next when it ends, on the thread that tells its end. The issuing
 * thread starts the first ones and those that follow failures, lest calls that fail at once follow
 * each other on one stack.
 */
final class Chain {
  private static final long CHECK_EVERY_NS = 100_000_000;

  private final Link[] links;
  private final Pipeline pipeline;
  private final Tally tally;
  private final Pace pace;
  private final AtomicInteger open;
  private final Queue<Link> toFollow = new ConcurrentLinkedQueue<>();
  private final Thread issuer = Thread.currentThread();

  /** For the thread that makes it. The pace must be {@link Pace#closed}. */
  Chain(int size, Pipeline pipeline, Tally tally, Pace pace) {
    this.pipeline = pipeline;
    this.tally = tally;
    this.pace = pace;
    this.open = new AtomicInteger(size);
    this.links = new Link[size];
  }

  /** Keeps that many calls in flight until the pace says stop; returns when all have ended. */
  void run() throws Exception {
    for (int i = 0; i < links.length; i++) {
      links[i] = new Link(pace.beside(i));
    }
    for (Link link : links) {
      link.startNext();
    }
    while (open.get() > 0 && !pace.isOverSince(Window.DRAIN_MAX_NS)) {
      Link failed = toFollow.poll();
      if (failed != null) {
        failed.startNext();
      } else if (!pipeline.progress()) {
        LockSupport.parkNanos(this, CHECK_EVERY_NS);
      }
    }
    long ended = 0;
    for (Link link : links) {
      ended += link.ended;
    }
    tally.ended(ended);
    Window.countLost(open.get(), tally);
  }

  /** Calls one after the other, by whichever thread ends the one before. */
  private final class Link extends InFlight {
    private final Pace own;
    private long startNs;
    private long ended;

    Link(Pace own) {
      this.own = own;
    }

    void startNext() {
      startNs = own.next();
      if (startNs == Pace.OVER) {
        closeOne();
      } else {
        startOn(pipeline);
      }
    }

    @Override
    void ended(@Nullable Throwable failure) {
      ended++;
      if (failure != null) {
        tally.failure(failure);
        toFollow.add(this);
        LockSupport.unpark(issuer);
        return;
      }
      if (startNs != UNTIMED) {
        tally.took(System.nanoTime() - startNs);
      }
      startNext();
    }
  }

  private void closeOne() {
    if (open.decrementAndGet() == 0) {
      LockSupport.unpark(issuer);
    }
  }
}
