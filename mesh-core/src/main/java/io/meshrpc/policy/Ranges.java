package io.meshrpc.policy;

import java.time.Duration;

/** Refuses settings out of their range, with value and expectation. */
final class Ranges {
  private static final Duration SPAN_MAX = Duration.ofDays(365);

  private Ranges() {}

  static void span(String name, Duration span) {
    if (span.isNegative() || span.isZero() || span.compareTo(SPAN_MAX) > 0) {
      throw new IllegalArgumentException(
          name + ": " + span + " (expected: > 0 and <= " + SPAN_MAX + ")");
    }
  }

  static void between(String name, int value, int min, int max) {
    if (value < min || value > max) {
      String upper = max == Integer.MAX_VALUE ? "" : " and <= " + max;
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: >= " + min + upper + ")");
    }
  }

  static void atLeast(String name, Duration span, String otherName, Duration other) {
    if (span.compareTo(other) < 0) {
      throw new IllegalArgumentException(
          name + ": " + span + " (expected: >= " + otherName + ", " + other + ")");
    }
  }
}
