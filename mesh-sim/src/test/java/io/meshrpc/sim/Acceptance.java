package io.meshrpc.sim;

import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * Seeds and figures of the acceptance tests, see docs/acceptance.md. A few seeds are played by every
 * build, all with {@code -Dacceptance=whole}, and others with {@code -Dacceptance.seeds=5-9}.
 */
final class Acceptance {
  private Acceptance() {}

  static SeedRange seeds(int few, int all) {
    String named = System.getProperty("acceptance.seeds");
    if (named != null) {
      return SeedRange.parse(named);
    }
    return new SeedRange(1, "whole".equals(System.getProperty("acceptance")) ? all : few);
  }

  /** Plays each seed, some at once; what they brought, in the order of the seeds. */
  static <T> List<T> play(int few, int all, LongFunction<T> each) {
    SeedRange seeds = seeds(few, all);
    return LongStream.rangeClosed(seeds.from(), seeds.to())
        .parallel()
        .mapToObj(each)
        .toList();
  }

  /** Says what was measured. */
  static void figure(String id, String text, Object... values) {
    System.out.println(id + ": " + String.format(Locale.ROOT, text, values));
  }
}
