package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the calls of the last ten seconds took, and older ones if those are too few. */
class LatencyWindowTest {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1000 * MS;
  private final LatencyWindow window = new LatencyWindow();

  @Test
  void saysNothingBeforeAHundredCalls() {
    add(99, 5 * MS, 0);
    assertThat(window.quantileNs(0.5, 0)).isEqualTo(Long.MAX_VALUE);

    add(1, 5 * MS, 0);
    assertThat(window.quantileNs(0.5, 0)).isBetween(5 * MS, 5 * MS * 17 / 16);
  }

  @Test
  void knowsEachQuantileToASixteenth() {
    SplittableRandom random = new SplittableRandom(1);
    long[] values = new long[10_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) (20_000 * Math.exp(10 * random.nextDouble()));
      window.add(values[i], 0);
    }
    Arrays.sort(values);
    for (double quantile : new double[] {0.5, 0.9, 0.95, 0.99, 0.999}) {
      long exact = values[(int) Math.ceil(quantile * values.length) - 1];
      assertThat(window.quantileNs(quantile, 0)).isBetween(exact, exact * 17 / 16 + 1024);
    }
  }

  @Test
  void forgetsWhatIsOlderThanTenSeconds() {
    add(1000, 100 * MS, 0);
    add(150, MS, 9 * SECOND);
    assertThat(window.quantileNs(0.5, 9 * SECOND)).isGreaterThan(99 * MS);

    assertThat(window.quantileNs(0.5, 12 * SECOND)).isLessThan(2 * MS);
  }

  @Test
  void keepsOlderOnesWhileThereAreTooFewYounger() {
    add(100, 100 * MS, 0);
    add(50, MS, 3600 * SECOND);

    assertThat(window.quantileNs(0.95, 3600 * SECOND)).isGreaterThan(99 * MS);
    add(50, MS, 3600 * SECOND);
    add(1, MS, 3611 * SECOND);
    assertThat(window.quantileNs(0.95, 3611 * SECOND)).isLessThan(2 * MS);
  }

  @Test
  void takesAnySpan() {
    add(50, 0, 0);
    add(50, Long.MAX_VALUE, 0);

    assertThat(window.quantileNs(0.5, 0)).isEqualTo(1024);
    assertThat(window.quantileNs(0.95, 0)).isGreaterThan(1000 * SECOND).isLessThan(Long.MAX_VALUE);
  }

  private void add(int times, long tookNs, long nowNs) {
    for (int i = 0; i < times; i++) {
      window.add(tookNs, nowNs);
    }
  }
}
