package io.meshrpc.api;

import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  @Test
  @SuppressWarnings("NullAway") // as callers without it may
  void whatIsMissingIsSaidWhereItIsMissing() {
    assertThatNullPointerException()
        .isThrownBy(() -> RetryPolicy.DEFAULT.withRepeat(null))
        .withMessage("repeat");
    assertThatNullPointerException()
        .isThrownBy(() -> RetryPolicy.DEFAULT.withBackoff(Duration.ofSeconds(1), null))
        .withMessage("backoffMax");
    assertThatNullPointerException()
        .isThrownBy(() -> RetryPolicy.DEFAULT.withBackoff(null, Duration.ofSeconds(1)))
        .withMessage("backoffBase");
    assertThatNullPointerException()
        .isThrownBy(() -> RetryPolicy.DEFAULT.withRetryableCodes(null))
        .withMessage("retryableCodes");
  }
}
