package io.meshrpc.core;

import org.junit.jupiter.api.Test;

/**
 * Random calls against random servers; {@link RandomWorld} knows what must hold. Run one seed with
 * {@code -Dseed=…}, and more of them with {@code -Druns=…}.
 */
class RandomCallsTest {
  private static final int STEPS = 60;

  @Test
  void whateverServersDoTheClientKeepsItsPromises() {
    Long seed = Long.getLong("seed");
    if (seed != null) {
      run(seed);
      return;
    }
    for (long i = 0; i < Integer.getInteger("runs", 1500); i++) {
      run(i);
    }
  }

  private static void run(long seed) {
    try {
      new RandomWorld(seed).run(STEPS);
    } catch (Throwable e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    }
  }
}
