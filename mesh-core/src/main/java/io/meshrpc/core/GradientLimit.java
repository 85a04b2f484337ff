package io.meshrpc.core;

/**
 * How many handlers may run at once, found by how long they take: while that is usual, the limit
 * grows by a few; while they take longer than they usually do, beyond a tolerance, it shrinks in
 * proportion (the rule of Netflix's Gradient2). For handlers that wait for somebody else, whose
 * capacity nobody here knows.
 */
final class GradientLimit {
  private static final double TOLERANCE = 1.5;
  private static final double STEP = 4;
  private static final double SMOOTHING = 0.2;
  private static final int LONG_WINDOW = 600; // samples
  private static final int WARM_UP = 10; // samples; their plain mean is the first guess
  private static final double SHRINK_MOST = 0.5;
  private static final double CALM_AGAIN = 2; // the usual time is this many times too long
  private static final double FORGET = 0.95;

  private final int min;
  private final int max;
  private double limit;
  private double usualNs;
  int samples; // counted no further than matters: an int does not hold those of some days

  GradientLimit(int min, int max) {
    this.min = min;
    this.max = max;
    this.limit = min;
  }

  int limit() {
    return (int) limit;
  }

  /** A handler ended after this time; so many ran then, itself among them. */
  void onEnded(long serviceNs, int running) {
    double sampleNs = Math.max(1, serviceNs);
    learn(sampleNs);
    if (running < limit / 2) {
      return; // there is not enough to do to tell whether more would do
    }
    double slope = TOLERANCE * usualNs / sampleNs;
    double wanted = limit * Math.max(SHRINK_MOST, Math.min(1, slope)) + STEP;
    double next = limit + SMOOTHING * (wanted - limit);
    limit = Math.max(min, Math.min(max, next));
  }

  private void learn(double sampleNs) {
    samples = Math.min(samples, WARM_UP) + 1;
    int window = samples <= WARM_UP ? samples : (LONG_WINDOW + 1) / 2;
    usualNs += (sampleNs - usualNs) / window;
    if (usualNs > CALM_AGAIN * sampleNs) {
      usualNs *= FORGET; // a long slowness is over; do not take it for usual
    }
  }
}
