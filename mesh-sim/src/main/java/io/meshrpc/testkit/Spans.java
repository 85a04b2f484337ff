package io.meshrpc.testkit;

import java.time.Duration;

/** Refuses spans and counts out of their range, with value and expectation. */
final class Spans {
  private static final Duration FOREVER = Duration.ofDays(36_500);

  private Spans() {}

  /** In nanoseconds; a century at most. */
  static long nanos(String name, Duration span) {
    if (span.isNegative()) {
      throw new IllegalArgumentException(name + ": " + span + " (expected: >= 0)");
    }
    return span.compareTo(FOREVER) < 0 ? span.toNanos() : FOREVER.toNanos();
  }

  static Duration positive(String name, Duration span) {
    if (span.isNegative() || span.isZero()) {
      throw new IllegalArgumentException(name + ": " + span + " (expected: > 0)");
    }
    return span;
  }

  static int atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
    return value;
  }
}
