package io.meshrpc.bench;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How calls went before, in and after an overload. Times count from the first call. */
final class OverloadTally {
  private static final long END_MAX_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long WINDOW_NS = 100_000_000L;
  private static final long GOOD_NS = 100_000_000L;
  private static final double GOOD_SHARE = 0.95;
  private static final int GOOD_WINDOWS = 5;

  private final long overBeginNs;
  private final long overEndNs;
  private final int[] begun;
  private final int[] good;
  private final Histogram admitted = new Histogram(Tally.SPAN_MAX_NS, Tally.DIGITS);
  private final Histogram refused = new Histogram(Tally.SPAN_MAX_NS, Tally.DIGITS);
  private long open;
  private long offered;
  private long calmFailed;

  OverloadTally(long overBeginNs, long overEndNs, long endNs) {
    this.overBeginNs = overBeginNs;
    this.overEndNs = overEndNs;
    this.begun = new int[(int) (endNs / WINDOW_NS) + 1];
    this.good = new int[begun.length];
  }

  synchronized void begun(long atNs) {
    open++;
    begun[(int) (atNs / WINDOW_NS)]++;
    if (isOver(atNs)) {
      offered++;
    }
  }

  synchronized void ended(long atNs, long tookNs, boolean success) {
    open--;
    if (success && tookNs <= GOOD_NS) {
      good[(int) (atNs / WINDOW_NS)]++;
    }
    if (isOver(atNs)) {
      (success ? admitted : refused).recordValue(Math.min(tookNs, Tally.SPAN_MAX_NS));
    } else if (!success && atNs < overBeginNs) {
      calmFailed++;
    }
    if (open == 0) {
      notifyAll();
    }
  }

  private boolean isOver(long atNs) {
    return atNs >= overBeginNs && atNs < overEndNs;
  }

  /** Waits for the last call. */
  synchronized OverloadRound awaitEnd() throws InterruptedException {
    long giveUpNs = System.nanoTime() + END_MAX_NS;
    for (long leftNs = END_MAX_NS; open > 0; leftNs = giveUpNs - System.nanoTime()) {
      if (leftNs <= 0) {
        throw new IllegalStateException(open + " calls have not ended long after their deadline");
      }
      TimeUnit.NANOSECONDS.timedWait(this, leftNs);
    }
    double seconds = (overEndNs - overBeginNs) / 1e9;
    return new OverloadRound(
        offered / seconds,
        admitted.getTotalCount() / seconds,
        admitted.getValueAtPercentile(50) / 1e6,
        admitted.getValueAtPercentile(99) / 1e6,
        refused.getTotalCount() == 0 ? 0 : refused.getValueAtPercentile(50) / 1e6,
        recoveryMs(),
        calmFailed);
  }

  /** From the end of the overload to the first half second that was as it should be. */
  private double recoveryMs() {
    int first = (int) (overEndNs / WINDOW_NS);
    int inRow = 0;
    for (int i = first; i < begun.length - 1; i++) { // the last may be cut short
      inRow = good[i] >= GOOD_SHARE * begun[i] ? inRow + 1 : 0;
      if (inRow == GOOD_WINDOWS) {
        return (i + 1 - GOOD_WINDOWS - first) * (WINDOW_NS / 1e6);
      }
    }
    return Double.POSITIVE_INFINITY;
  }
}
