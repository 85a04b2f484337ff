package io.meshrpc.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What several rounds say together.
 *
 * @param median the middle one, or the mean of the two in the middle
 * @param min the least
 * @param max the greatest
 */
record Stats(double median, double min, double max) {
  /** The statistics of one figure of each round; at least one round. */
  static <T> Stats of(List<T> rounds, ToDoubleFunction<T> figure) {
    return of(rounds.stream().mapToDouble(figure).toArray());
  }

  static Stats of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Stats(median(sorted), sorted[0], sorted[sorted.length - 1]);
  }

  static double median(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("values: none (expected: at least one)");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
