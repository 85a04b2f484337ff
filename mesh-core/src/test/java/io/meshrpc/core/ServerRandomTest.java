package io.meshrpc.core;

import org.junit.jupiter.api.Test;

/** Promises of the server that hold whatever comes, in whatever order. */
class ServerRandomTest {
  private static final int RUNS = 2000;

  @Test
  void keepsItsPromisesInManyRandomLives() {
    Long only = Long.getLong("seed");
    long first = only == null ? 0 : only;
    long last = only == null ? RUNS : only + 1;
    for (long seed = first; seed < last; seed++) {
      try {
        new ServerRun(seed).play();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("-Dseed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }
}
