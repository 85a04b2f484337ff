package io.meshrpc;

/** Refuses numbers out of their range, with value and expectation. */
final class Checks {
  private Checks() {}

  static int atLeast(String name, int value, int min) {
    if (value < min) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + min + ")");
    }
    return value;
  }
}
