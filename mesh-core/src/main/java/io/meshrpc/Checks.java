package io.meshrpc;

import java.nio.charset.StandardCharsets;

/** Refuses numbers out of their range, with value and expectation. */
final class Checks {
  private static final int NAME_BYTES_MAX = 255; // docs/PROTOCOL.md, numbers and limits

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
}
