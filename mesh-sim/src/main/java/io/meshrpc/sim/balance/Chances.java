package io.meshrpc.sim.balance;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Sources of chance that do not touch each other, all from one seed. */
record Chances(long seed) {
  /** What for. The order is part of what a seed means. */
  enum Use {
    ARRIVALS,
    NETWORK,
    PACES,
    RANKS,
    CHOICES
  }

  RandomGenerator of(Use use, int number) {
    long mixed = seed * 0x9E3779B97F4A7C15L + use.ordinal() * 0xC2B2AE3D27D4EB4FL + number;
    return new SplittableRandom(new SplittableRandom(mixed).nextLong());
  }
}
