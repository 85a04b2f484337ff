package io.meshrpc.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.api.RetryPolicy;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Pauses between attempts: random, growing, within their bounds. */
class BackoffTest {
  private static final long MS = 1_000_000;
  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void theFirstPauseIsBetweenTheBaseAndThreeTimesTheBase() {
    long least = Long.MAX_VALUE;
    long most = 0;
    for (int i = 0; i < 1000; i++) {
      long pauseNs = Backoff.nextNs(RetryPolicy.DEFAULT, 0, random);
      least = Math.min(least, pauseNs);
      most = Math.max(most, pauseNs);
    }

    assertThat(least).isBetween(10 * MS, 11 * MS);
    assertThat(most).isBetween(29 * MS, 30 * MS);
  }

  @Test
  void aPauseIsAtMostThreeTimesTheOneBeforeAndNeverBelowTheBase() {
    long beforeNs = 0;
    for (int i = 0; i < 1000; i++) {
      long pauseNs = Backoff.nextNs(RetryPolicy.DEFAULT, beforeNs, random);
      long highNs = Math.min(1000 * MS, 3 * Math.max(10 * MS, beforeNs));
      assertThat(pauseNs).isBetween(10 * MS, highNs);
      beforeNs = pauseNs;
    }
  }

  @Test
  void theLongestPauseIsTheMaximumAndIsNearlyReached() {
    long most = 0;
    for (int i = 0; i < 1000; i++) {
      most = Math.max(most, Backoff.nextNs(RetryPolicy.DEFAULT, 1000 * MS, random));
    }

    assertThat(most).isBetween(990 * MS, 1000 * MS);
  }

  @Test
  void equalBoundsLeaveNothingToChance() {
    RetryPolicy fixed =
        RetryPolicy.DEFAULT.withBackoff(Duration.ofMillis(20), Duration.ofMillis(20));

    assertThat(Backoff.nextNs(fixed, 0, random)).isEqualTo(20 * MS);
    assertThat(Backoff.nextNs(fixed, 20 * MS, random)).isEqualTo(20 * MS);
  }

  @Test
  void theLongestPausesThatMayBeSetDoNotOverflow() {
    Duration year = Duration.ofDays(365);
    RetryPolicy slow = RetryPolicy.DEFAULT.withBackoff(Duration.ofDays(300), year);

    assertThat(Backoff.nextNs(slow, year.toNanos(), random))
        .isBetween(Duration.ofDays(300).toNanos(), year.toNanos());
    assertThatThrownBy(() -> RetryPolicy.DEFAULT.withBackoff(year, year.plusNanos(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(expected: <= PT8760H)");
    assertThatThrownBy(() -> RetryPolicy.DEFAULT.withAttemptPatience(year.plusNanos(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("attemptPatience");
  }
}
