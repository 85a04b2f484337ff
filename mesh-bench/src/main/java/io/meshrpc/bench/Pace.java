package io.meshrpc.bench;

import java.util.concurrent.locks.LockSupport;

/** When one thread's next call begins. */
final class Pace {
  /** What {@link #next} says when there is no next. */
  static final long OVER = Long.MIN_VALUE;

  private final long endNs;
  private final long intervalNs; // 0: as soon as the one before has ended
  private long nextNs;

  private Pace(long startNs, long endNs, long intervalNs) {
    this.nextNs = startNs;
    this.endNs = endNs;
    this.intervalNs = intervalNs;
  }

  /** A call at once whenever there may be one. */
  static Pace closed(long endNs) {
    return new Pace(0, endNs, 0);
  }

  /** A call every so often, whether those before have ended or not. */
  static Pace open(long startNs, long endNs, long intervalNs) {
    return new Pace(startNs, endNs, intervalNs);
  }

  /** Whether the end was this long ago. */
  boolean isOverSince(long spanNs) {
    return System.nanoTime() - endNs >= spanNs;
  }

  /** When the next call of a closed pace begins if it is so late: now, or {@link #OVER}. */
  long nextAt(long nowNs) {
    return nowNs < endNs ? nowNs : OVER;
  }

  /** Waits for the next start and returns when it was meant to be; {@link #OVER} after the end. */
  long next() {
    long nowNs = System.nanoTime();
    if (intervalNs == 0) {
      return nextAt(nowNs);
    }
    long intendedNs = nextNs;
    nextNs += intervalNs;
    if (intendedNs - endNs >= 0) {
      return OVER;
    }
    while (nowNs - intendedNs < 0) {
      LockSupport.parkNanos(this, intendedNs - nowNs);
      nowNs = System.nanoTime();
    }
    return intendedNs;
  }
}
