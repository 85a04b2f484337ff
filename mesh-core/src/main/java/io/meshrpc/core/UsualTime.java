package io.meshrpc.core;

/**
 * How long handlers usually run: the mean of all, and once there are fifty, one that follows about
 * the last fifty. The first eight run on cold code and with cold caches, and count only until there
 * are others.
 */
final class UsualTime {
  private static final int SPAN = 50;
  private static final int COLD = 8;

  private double ns;
  private int count; // in the mean, up to SPAN
  private boolean warm;

  void add(long serviceNs) {
    if (!warm && count == COLD) {
      warm = true;
      count = 0;
    }
    if (count < SPAN) {
      count++;
      ns += (serviceNs - ns) / count;
    } else {
      ns += (serviceNs - ns) * (1.0 / SPAN);
    }
  }

  /** As if there were none before. */
  void restart() {
    count = 0;
    warm = false;
  }

  /** 0 before the first. */
  long ns() {
    return (long) ns;
  }

  /** Whether it tells of code that is not cold. */
  boolean isWarm() {
    return warm;
  }
}
