package io.meshrpc.sim;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Splits one seed by name, so that one part's use of chance does not disturb another's. */
final class Streams {
  private final long seed;

  Streams(long seed) {
    this.seed = seed;
  }

  /** The stream of this name; asked twice, it begins anew. */
  RandomGenerator of(String name) {
    long hash = Trace.mix(seed + 0x632BE59BD9B4E019L);
    for (int i = 0; i < name.length(); i++) {
      hash = Trace.mix(hash ^ name.charAt(i));
    }
    return new SplittableRandom(hash);
  }
}
