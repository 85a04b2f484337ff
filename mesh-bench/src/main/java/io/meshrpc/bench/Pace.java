package io.meshrpc.bench;

import java.util.concurrent.locks.LockSupport;

/**
 * When one thread's next call begins. Of calls that follow each other without pause it may be that only one in so many
 * is timed: to look at the clock twice for each and to note its span takes a tenth of what a call costs the fastest.
 */
final class Pace {
  /** What {@link #next} says when there is no next. */
  static final long OVER = Long.MIN_VALUE;

  private final long endNs;
  private final long intervalNs; // 0: as soon as the one before has ended
  private final int timedEach;
  private long nextNs;
  private int untimed; // to come before the next that is timed

  private Pace(long startNs, long endNs, long intervalNs, int timedEach) {
    this.nextNs = startNs;
    this.endNs = endNs;
    this.intervalNs = intervalNs;
    this.timedEach = timedEach;
  }

  /** A call at once whenever there may be one. */
  static Pace closed(long endNs) {
    return closed(endNs, 1);
  }

  /** The same, of which one in so many is timed; the end is looked for with these. */
  static Pace closed(long endNs, int timedEach) {
    return new Pace(0, endNs, 0, timedEach);
  }

  /** A call every so often, whether those before have ended or not. */
  static Pace open(long startNs, long endNs, long intervalNs) {
    return new Pace(startNs, endNs, intervalNs, 1);
  }

  /** Another, for the n-th of several who call beside each other: so that not all time the same calls. */
  Pace beside(int n) {
    Pace other = new Pace(nextNs, endNs, intervalNs, timedEach);
    other.untimed = n % timedEach;
    return other;
  }

  /** Whether the end was this long ago. */
  boolean isOverSince(long spanNs) {
    return System.nanoTime() - endNs >= spanNs;
  }

  /**
   * Waits for the next start and returns when it was meant to be; {@link InFlight#UNTIMED} if that call is not timed,
   * {@link #OVER} after the end.
   */
  long next() {
    if (untimed > 0) {
      untimed--;
      return InFlight.UNTIMED;
    }
    untimed = timedEach - 1;
    long nowNs = System.nanoTime();
    if (intervalNs == 0) {
      return nowNs < endNs ? nowNs : OVER;
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
