package io.meshrpc;

/**
 * Whether a method's handlers usually hold their thread for so short a time that to wake another for them would
 * take longer: then the loop runs them. They have to show it first, on their executor, and to keep to it. Owned
 * by the loop.
 */
final class Habit {
  /** What is quick, unless something else is set: less than it takes to wake a thread. */
  static final long QUICK_NS = 20_000;
  /** So many in a row, none of them long, before the loop runs one. */
  static final int TRIAL = 256;
  /** Longer counts as this: who lost the processor for a moment is no slower for it. */
  static final long LONG_NS = 1_000_000;

  /** Of so many, one may be long. */
  private static final int RARE = 1_000;

  static final long OFF_MIN_NS = 10_000_000_000L;
  static final long OFF_MAX_NS = 600_000_000_000L;
  /** What it takes the loop to hand something to another thread, about. */
  private static final long HAND_OVER_NS = 1_000;

  private static final int WEIGHT = 64; // of all before, against the latest

  private final long quickNs;
  private double usualNs;
  private int tried;
  private int sinceLong = RARE;
  private boolean quick;
  private long offUntilNs = Long.MIN_VALUE;
  private long offNs = OFF_MIN_NS;

  /** Nothing is known yet; up to so many nanoseconds are quick. */
  Habit(long quickNs) {
    this.quickNs = quickNs;
  }

  /** One has held its thread for so long. */
  void onRan(long tookNs, long nowNs) {
    usualNs += (Math.min(tookNs, LONG_NS) - usualNs) / WEIGHT;
    boolean isLong = tookNs >= LONG_NS;
    if (quick) {
      quick = usualNs <= 2 * quickNs && !(isLong && sinceLong < RARE);
      sinceLong = isLong ? 0 : sinceLong + 1;
      return;
    }
    tried = isLong ? 0 : tried + 1;
    if (tried >= TRIAL && usualNs <= quickNs && nowNs >= offUntilNs) {
      tried = 0;
      sinceLong = RARE;
      quick = true;
    }
  }

  /** One kept the loop until another thread took over. */
  void onStayed(long nowNs) {
    quick = false;
    tried = 0;
    offUntilNs = nowNs + offNs;
    offNs = Math.min(2 * offNs, OFF_MAX_NS);
  }

  /** Whether the loop may run the next. */
  boolean isQuick() {
    return quick;
  }

  /** What the next will cost the loop beyond what it would to hand it over, in nanoseconds. */
  double costNs() {
    return Math.max(0, usualNs - HAND_OVER_NS);
  }
}
