package io.meshrpc.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long a call may take at the most. */
class CallTermsTest {
  private static final Duration YEAR = Duration.ofDays(365);

  @Test
  void aSpanOfAYearIsTakenAsItIsAndALongerOneIsAYear() {
    assertThat(CallTerms.nanos(YEAR.minusNanos(1))).isEqualTo(YEAR.toNanos() - 1);
    assertThat(CallTerms.nanos(YEAR)).isEqualTo(YEAR.toNanos());
    assertThat(CallTerms.nanos(YEAR.plusNanos(1))).isEqualTo(YEAR.toNanos());
    assertThat(CallTerms.nanos(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(YEAR.toNanos());
  }
}
