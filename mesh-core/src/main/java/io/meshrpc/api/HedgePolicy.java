package io.meshrpc.api;

import java.time.Duration;

/**
 * When a call that takes long is sent to a second server while the first attempt goes on. The first
 * good answer ends the call, and the other attempt is cancelled. Only for calls that may run twice; at
 * most one hedge for a call, never for a retry, for a call that names its server, or when no other
 * server has a worker to spare.
 *
 * @param quantile a call is hedged when it takes longer than this share of the method's calls did of
 *     late: 0.5 to 0.999; none is before a hundred of them have succeeded. 0: always after
 *     {@code minDelay}
 * @param minDelay no call is hedged earlier; 0 to 365 days
 * @param extraLoad hedges for each call of the method, 0 (never) to 1: the bound on the work that
 *     hedges add. Ten that were not used are kept in store, and there are none to begin with
 * @param tied servers say when they start a call. One that has not started after two round trips, and
 *     {@code minDelay}, is sent to a second server, and taken back where it is still queued as soon as
 *     the other starts; what is taken back does not count as extra load. One that has started is hedged
 *     by the quantile. Costs a small record for each call
 */
public record HedgePolicy(double quantile, Duration minDelay, double extraLoad, boolean tied) {
  private static final Duration SPAN_MAX = Duration.ofDays(365); // before those that it checks

  /** No hedges; what holds unless set. */
  public static final HedgePolicy OFF = new HedgePolicy(0, Duration.ofMillis(1), 0, false);

  /** The slowest twentieth of the calls is hedged, not before 1 ms, with 5 % extra load. */
  public static final HedgePolicy ON = atQuantile(0.95);

  /** Checks the ranges. */
  public HedgePolicy {
    if (!(quantile == 0 || (quantile >= 0.5 && quantile <= 0.999))) {
      throw new IllegalArgumentException(
          "quantile: " + quantile + " (expected: 0.5 to 0.999, or 0)");
    }
    if (minDelay.isNegative() || minDelay.compareTo(SPAN_MAX) > 0) {
      throw new IllegalArgumentException(
          "minDelay: " + minDelay + " (expected: 0 to " + SPAN_MAX + ")");
    }
    if (!(extraLoad >= 0 && extraLoad <= 1)) {
      throw new IllegalArgumentException("extraLoad: " + extraLoad + " (expected: 0 to 1)");
    }
  }

  /** Hedges calls that take longer than this share of them, 0.5 to 0.999; the rest as {@link #ON}. */
  public static HedgePolicy atQuantile(double quantile) {
    return new HedgePolicy(quantile, Duration.ofMillis(1), 0.05, false);
  }

  /** Hedges calls that take longer than this, whatever is usual, with 5 % extra load. */
  public static HedgePolicy after(Duration delay) {
    return new HedgePolicy(0, delay, 0.05, false);
  }

  /** This policy with another least delay. */
  public HedgePolicy withMinDelay(Duration delay) {
    return new HedgePolicy(quantile, delay, extraLoad, tied);
  }

  /** This policy with another bound on what hedges add, for each call. */
  public HedgePolicy withExtraLoad(double share) {
    return new HedgePolicy(quantile, minDelay, share, tied);
  }

  /** This policy with requests tied or not. */
  public HedgePolicy withTied(boolean announced) {
    return new HedgePolicy(quantile, minDelay, extraLoad, announced);
  }

  /** Whether it never hedges. */
  public boolean isOff() {
    return extraLoad == 0;
  }
}
