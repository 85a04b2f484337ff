package io.meshrpc.sim;

import java.util.random.RandomGenerator;

/** Draws. Uses StrictMath, so that every JVM draws the same. */
final class Chance {
  private Chance() {}

  static boolean hit(RandomGenerator random, double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  static long exponentialNs(RandomGenerator random, double meanNs) {
    return (long) (-StrictMath.log(1 - random.nextDouble()) * meanNs);
  }

  /** Half of the draws are below the median. */
  static long lognormalNs(RandomGenerator random, double medianNs, double sigma) {
    return (long) (medianNs * StrictMath.exp(sigma * gaussian(random)));
  }

  static long betweenNs(RandomGenerator random, long leastNs, long mostNs) {
    return mostNs <= leastNs
        ? leastNs
        : leastNs + (long) (random.nextDouble() * (mostNs - leastNs));
  }

  /** Any order of magnitude between the two is as likely as another. */
  static double scale(RandomGenerator random, double least, double most) {
    return least * StrictMath.exp(random.nextDouble() * StrictMath.log(most / least));
  }

  private static double gaussian(RandomGenerator random) {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
  }
}
