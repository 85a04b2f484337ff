package io.meshrpc.fuzz;

/** What must hold whatever the bytes are. */
public final class Must {
  private Must() {}

  /** Ends the run, with what does not hold, unless it does. */
  public static void hold(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
