package io.meshrpc.core;

/**
 * How long the calls of a method took of late: those of the last ten seconds, and older ones as long as
 * there are not a hundred younger. A histogram that knows each value to a sixteenth; taking note of one
 * allocates nothing.
 */
final class LatencyWindow {
  static final int ENOUGH = 100;
  private static final int SLICES = 5;
  private static final long SLICE_NS = 2_000_000_000L;
  private static final long KNOWN_NS = 20_000_000L; // for so long a quantile is not looked up again
  private static final int UNIT_BITS = 10; // a unit is about a microsecond
  private static final int STEP_BITS = 4; // sixteen steps from each power of two to the next
  private static final long UNITS_MAX = (1L << 31) - 1;
  private static final int SIZE = index(UNITS_MAX << UNIT_BITS) + 1;

  private final int[] all = new int[SIZE];
  private final int[][] slices = new int[SLICES][SIZE];
  private final int[] counts = new int[SLICES];
  private int count;
  private int current;
  private long sliceEndNs = Long.MIN_VALUE;
  private double askedQuantile;
  private long askedNs;
  private long askedAtNs = Long.MIN_VALUE / 2;

  void add(long tookNs, long nowNs) {
    turn(nowNs);
    int index = index(tookNs);
    all[index]++;
    slices[current][index]++;
    counts[current]++;
    count++;
  }

  /** What this share of the calls did not exceed; {@link Long#MAX_VALUE} if too few are known. */
  long quantileNs(double quantile, long nowNs) {
    if (count < ENOUGH) {
      return Long.MAX_VALUE;
    }
    if (askedQuantile != quantile || nowNs - askedAtNs >= KNOWN_NS) {
      turn(nowNs);
      askedQuantile = quantile;
      askedAtNs = nowNs;
      askedNs = lookUpNs(quantile);
    }
    return askedNs;
  }

  private long lookUpNs(double quantile) {
    long below = (long) Math.ceil(quantile * count);
    int index = -1;
    for (long seen = 0; seen < below; seen += all[index]) {
      index++;
    }
    return mostNs(index);
  }

  /** Forgets slices that are too old, as long as enough is left. */
  private void turn(long nowNs) {
    if (nowNs < sliceEndNs) {
      return;
    }
    boolean first = sliceEndNs == Long.MIN_VALUE;
    for (int i = 0; i < SLICES && nowNs >= sliceEndNs && !first; i++) {
      int oldest = (current + 1) % SLICES;
      if (count - counts[oldest] < ENOUGH) {
        break;
      }
      drop(oldest);
      current = oldest;
      sliceEndNs += SLICE_NS;
    }
    sliceEndNs = Math.max(sliceEndNs, nowNs - nowNs % SLICE_NS + SLICE_NS);
  }

  private void drop(int slice) {
    count -= counts[slice];
    counts[slice] = 0;
    for (int i = 0; i < SIZE; i++) {
      all[i] -= slices[slice][i];
      slices[slice][i] = 0;
    }
  }

  private static int index(long ns) {
    long units = Math.min(UNITS_MAX, Math.max(0, ns) >>> UNIT_BITS);
    int steps = 1 << STEP_BITS;
    if (units < steps) {
      return (int) units;
    }
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(units) - STEP_BITS;
    return ((shift + 1) << STEP_BITS) + (int) ((units >>> shift) & (steps - 1));
  }

  /** The upper end of what counts there. */
  private static long mostNs(int index) {
    int steps = 1 << STEP_BITS;
    if (index < steps) {
      return (index + 1L) << UNIT_BITS;
    }
    int shift = (index >>> STEP_BITS) - 1;
    return (steps + (index & (steps - 1)) + 1L) << (shift + UNIT_BITS);
  }
}
