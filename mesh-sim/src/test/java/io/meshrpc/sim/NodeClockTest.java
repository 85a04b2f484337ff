package io.meshrpc.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeClockTest {
  @Test
  void aClockThatIsTwoHundredMillionthsFastGainsTwoHundredMicrosecondsASecond() {
    NodeClock clock = new NodeClock(5_000_000_000L, 200);

    assertThat(clock.read(5_000_000_000L)).isZero();
    assertThat(clock.read(6_000_000_000L)).isEqualTo(1_000_200_000L);
  }

  @ParameterizedTest
  @ValueSource(longs = {-200, 0, 200})
  void whenIsTheFirstMomentThatShowsSoMuch(long driftPpm) {
    NodeClock clock = new NodeClock(123_456_789L, driftPpm);
    for (long shown : new long[] {0, 1, 999_999, 1_000_000, 123_456_789_012L}) {
      assertThat(clock.read(clock.when(shown))).isBetween(shown, shown + 2);
    }
  }
}
