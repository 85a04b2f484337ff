package io.meshrpc.bench;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * What the calls noticed of one event.
 *
 * @param callsPerSecond successes in the {@value #BEFORE_SECONDS} s before the event
 * @param failedBefore calls that failed in that time
 * @param failed calls that failed after it
 * @param gapMs the longest time after it in which no call of the whole client succeeded
 * @param worstMs the longest call that ended after it
 * @param backMs from the event until the p99 of windows of 100 ms was back within twice the median of
 *     those before; {@link #NEVER} if it was not, or calls did not succeed before either
 */
record FailoverResult(
    double callsPerSecond,
    long failedBefore,
    long failed,
    double gapMs,
    double worstMs,
    double backMs) {
  static final double NEVER = -1;
  static final int BEFORE_SECONDS = 3;

  private static final long WINDOW_US = 100_000;
  private static final int SETTLED_WINDOWS = 10; // one second, of which one window may be late

  static FailoverResult of(CallLog log, long markUs, long endUs) {
    long beginUs = Math.max(0, markUs - BEFORE_SECONDS * 1_000_000L);
    long before = 0;
    long failedBefore = 0;
    long failed = 0;
    long worstUs = 0;
    for (int i = 0; i < log.count(); i++) {
      if (log.endUs(i) >= markUs) {
        worstUs = Math.max(worstUs, log.tookUs(i));
        failed += log.succeeded(i) ? 0 : 1;
      } else if (log.endUs(i) >= beginUs) {
        before += log.succeeded(i) ? 1 : 0;
        failedBefore += log.succeeded(i) ? 0 : 1;
      }
    }
    return new FailoverResult(
        before * 1e6 / (markUs - beginUs),
        failedBefore,
        failed,
        longestGapUs(log, markUs, endUs) / 1e3,
        worstUs / 1e3,
        backMs(log, beginUs, markUs, endUs));
  }

  private static long longestGapUs(CallLog log, long markUs, long endUs) {
    long[] ends = LongStream.range(0, log.count())
        .filter(i -> log.succeeded((int) i) && log.endUs((int) i) <= endUs)
        .map(i -> log.endUs((int) i))
        .sorted()
        .toArray();
    long longest = 0;
    long last = 0;
    for (long end : ends) {
      if (end >= markUs) {
        longest = Math.max(longest, end - last);
      }
      last = end;
    }
    return Math.max(longest, endUs - last);
  }

  private static double backMs(CallLog log, long beginUs, long markUs, long endUs) {
    double usual = Stats.median(p99PerWindow(log, beginUs, markUs));
    if (!Double.isFinite(usual)) {
      return NEVER; // nothing went before that it could come back to
    }
    double[] after = p99PerWindow(log, markUs, endUs);
    for (int i = 0; i + SETTLED_WINDOWS <= after.length; i++) {
      double[] second = Arrays.copyOfRange(after, i, i + SETTLED_WINDOWS);
      long late = Arrays.stream(second).filter(p99 -> p99 > 2 * usual).count();
      if (after[i] <= 2 * usual && late <= 1) {
        return i * WINDOW_US / 1e3;
      }
    }
    return NEVER;
  }

  /** In microseconds; infinite where no call succeeded. A failed call counts as a long one. */
  private static double[] p99PerWindow(CallLog log, long fromUs, long toUs) {
    int windows = (int) ((toUs - fromUs) / WINDOW_US);
    int[] sizes = new int[windows];
    int[] successes = new int[windows];
    for (int i = 0; i < log.count(); i++) {
      int window = window(log.endUs(i), fromUs, windows);
      if (window >= 0) {
        sizes[window]++;
        successes[window] += log.succeeded(i) ? 1 : 0;
      }
    }
    long[][] spans = new long[windows][];
    Arrays.setAll(spans, window -> new long[sizes[window]]);
    int[] filled = new int[windows];
    for (int i = 0; i < log.count(); i++) {
      int window = window(log.endUs(i), fromUs, windows);
      if (window >= 0) {
        spans[window][filled[window]++] = log.tookUs(i);
      }
    }
    double[] p99 = new double[windows];
    Arrays.setAll(
        p99, window -> successes[window] == 0 ? Double.POSITIVE_INFINITY : p99(spans[window]));
    return p99;
  }

  private static int window(long endUs, long fromUs, int windows) {
    long window = Math.floorDiv(endUs - fromUs, WINDOW_US);
    return window >= 0 && window < windows ? (int) window : -1;
  }

  private static double p99(long[] spans) {
    Arrays.sort(spans);
    return spans[(int) Math.ceil(spans.length * 0.99) - 1];
  }

  /** In one line. */
  String line() {
    return callsPerSecond + " " + failedBefore + " " + failed + " " + gapMs + " " + worstMs + " "
        + backMs;
  }

  static FailoverResult parse(String line) {
    String[] parts = line.split(" ", -1);
    return new FailoverResult(
        Double.parseDouble(parts[0]),
        Long.parseLong(parts[1]),
        Long.parseLong(parts[2]),
        Double.parseDouble(parts[3]),
        Double.parseDouble(parts[4]),
        Double.parseDouble(parts[5]));
  }
}
