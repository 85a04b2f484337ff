package io.meshrpc;

import io.meshrpc.edge.CallTerms;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Refuses values out of their range, with value and expectation. */
final class Checks {
  private static final int NAME_BYTES_MAX = 255; // docs/PROTOCOL.md, numbers and limits
  private static final Duration FOREVER = Duration.ofDays(36_500);

  private static final Duration SPIN_MAX = Duration.ofSeconds(1);
  private static final Duration QUICK_MAX = Duration.ofMillis(1);
  private static final int IO_THREADS_MAX = 64;

  private Checks() {}

  /** A span in nanoseconds that a loop can spin for. */
  static long spinNs(Duration span) {
    if (span.isNegative() || span.compareTo(SPIN_MAX) > 0) {
      throw new IllegalArgumentException("spin: " + span + " (expected: 0 to 1 s)");
    }
    return span.toNanos();
  }

  static long quickNs(String what, Duration usual) {
    if (usual.isNegative() || usual.compareTo(QUICK_MAX) > 0) {
      throw new IllegalArgumentException(what + ": " + usual + " (expected: 0 to 1 ms)");
    }
    return usual.toNanos();
  }

  static int ioThreads(int threads) {
    if (threads < 0 || threads > IO_THREADS_MAX) {
      throw new IllegalArgumentException(
          "ioThreads: " + threads + " (expected: 0 to " + IO_THREADS_MAX + ")");
    }
    return threads;
  }

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

  /** A call's span in nanoseconds; a year at most, which is for ever there. */
  static long nanos(Duration span) {
    return CallTerms.nanos(span);
  }
}
