package io.meshrpc;

import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RetryPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Refuses values out of their range, with value and expectation. */
final class Checks {
  private static final int NAME_BYTES_MAX = 255; // docs/PROTOCOL.md, numbers and limits
  private static final Duration SPAN_MAX = Duration.ofDays(365); // of a call
  private static final Duration FOREVER = Duration.ofDays(36_500);

  private Checks() {}

  static String name(String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > NAME_BYTES_MAX) {
      throw new IllegalArgumentException(
          "name: " + bytes + " bytes (expected: <= " + NAME_BYTES_MAX + ")");
    }
    return text;
  }

  static int atLeast(String name, int value, int min) {
    if (value < min) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + min + ")");
    }
    return value;
  }

  static long atLeast(String name, long value, long min) {
    if (value < min) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + min + ")");
    }
    return value;
  }

  /** In nanoseconds; a span that is longer than they can count is forever. */
  static long atLeast(String name, Duration span, Duration min) {
    if (span.compareTo(min) < 0) {
      throw new IllegalArgumentException(name + ": " + span + " (expected: >= " + min + ")");
    }
    return span.compareTo(FOREVER) < 0 ? span.toNanos() : FOREVER.toNanos();
  }

  /** Only what may run twice is hedged. */
  static void hedge(MethodDescriptor<?, ?> method, HedgePolicy policy, RetryPolicy retry) {
    if (policy.isOff() || retry.allowsSecondExecution(method.idempotency())) {
      return;
    }
    throw new IllegalArgumentException("hedge: "
        + method
        + (retry.repeat() == RetryPolicy.Repeat.NEVER
            ? " with Repeat.NEVER (expected: a call that may run twice)"
            : " (expected: an idempotent method, or Repeat.AT_LEAST_ONCE)"));
  }

  /** A call's span in nanoseconds; a year at most, which is for ever there. */
  static long nanos(Duration span) {
    return span.compareTo(SPAN_MAX) > 0 ? SPAN_MAX.toNanos() : span.toNanos();
  }
}
