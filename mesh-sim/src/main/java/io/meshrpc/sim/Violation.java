package io.meshrpc.sim;

/** An invariant does not hold. */
final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Violation(String invariant, String text) {
    super(invariant + ": " + text);
  }

  Violation(String invariant, Throwable cause) {
    super(invariant + ": " + cause, cause);
  }
}
