package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many handlers may run at once, from 20 to 200. */
class GradientLimitTest {
  private static final long MS = 1_000_000L;

  private final GradientLimit gradient = new GradientLimit(20, 200);

  /** So many handlers of so many ms, while the usual time is 10 ms and the limit was at its most. */
  @ParameterizedTest
  @CsvSource({
    "1, 10, 200",
    "1, 14, 200", // within the tolerance
    "1, 30, 180", // half as many are wanted; a fifth of the way
    "1, 10000, 180", // one that takes for ever is no reason to panic
    "10, 30, 77",
    "100, 30, 20", // it stays long: never below the least
    "10, 5, 200"
  })
  void shrinksWhileHandlersTakeLongerThanUsual(int count, int tookMs, int limit) {
    busy(600, 10);
    assertThat(gradient.limit()).isEqualTo(200);

    busy(count, tookMs);

    assertThat(gradient.limit()).isBetween(limit - 3, limit + 3);
  }

  @Test
  void beginsAtTheLeastAndGrowsWhileItIsUsedAndTimesAreUsual() {
    assertThat(gradient.limit()).isEqualTo(20);

    busy(10, 10);
    assertThat(gradient.limit()).isEqualTo(28); // a fifth of four for each

    busy(1000, 10);
    assertThat(gradient.limit()).isEqualTo(200);
  }

  @Test
  void doesNotGrowWithoutNeed() {
    for (int i = 0; i < 100; i++) {
      gradient.onEnded(10 * MS, 9);
    }

    assertThat(gradient.limit()).isEqualTo(20);
  }

  /** After 2^32 handlers an int was 0 again, the mean was divided by it, and nothing ran any more. */
  @Test
  void countsNoFurtherThanItNeeds() {
    busy(5000, 10);

    assertThat(gradient.samples).isLessThan(100);
    assertThat(gradient.limit()).isEqualTo(200);
  }

  @Test
  void growsAgainAfterALongSlowness() {
    busy(600, 10);
    busy(3000, 100); // long enough to look usual
    int slow = gradient.limit();

    busy(1000, 10);

    assertThat(slow).isBetween(20, 200);
    assertThat(gradient.limit()).isEqualTo(200);
    busy(10, 30);
    assertThat(gradient.limit()).as("10 ms are usual again").isLessThan(150);
  }

  /** Handlers that end while as many run as may. */
  private void busy(int count, long tookMs) {
    for (int i = 0; i < count; i++) {
      gradient.onEnded(tookMs * MS, gradient.limit());
    }
  }
}
