package io.meshrpc.policy;

import static io.meshrpc.policy.PickBench.MS;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyByLoadTest {
  private static final long SECOND = 1000 * MS;

  private final LatencyByLoad latency = new LatencyByLoad();

  @Test
  void knowsNothingAtFirst() {
    assertThat(latency.medianNs(0, 0)).isZero();
    assertThat(latency.medianNs(1_000_000, 0)).isZero();
  }

  @Test
  void saysTheMedianOfWhatCameAtAboutTheSameLoad() {
    latency.add(3, 30 * MS, 0);
    latency.add(4, 50 * MS, 0);
    latency.add(5, 40 * MS, 0);
    latency.add(9, 90 * MS, 0);

    assertThat(latency.medianNs(4, MS)).isEqualTo(40 * MS);
    assertThat(latency.medianNs(10, MS)).isEqualTo(90 * MS);
  }

  @Test
  void ofAnEvenNumberTheLowerMiddleIsSaid() {
    latency.add(4, 50 * MS, 0);
    latency.add(4, 40 * MS, 0);

    assertThat(latency.medianNs(4, 0)).isEqualTo(40 * MS);
  }

  @Test
  void whatEndedMoreThanASecondAgoDoesNotCount() {
    latency.add(4, 40 * MS, 0);
    latency.add(4, 10 * MS, SECOND / 2);

    assertThat(latency.medianNs(4, SECOND)).isEqualTo(10 * MS);
    latency.add(4, 50 * MS, SECOND + 1);
    latency.add(4, 60 * MS, SECOND + 1);
    assertThat(latency.medianNs(4, SECOND + 1)).isEqualTo(50 * MS); // of 10, 50 and 60
  }

  @Test
  void withoutAnyAtAboutThatLoadTheLastOneOfAllIsSaid() {
    latency.add(1, 10 * MS, 0);
    latency.add(9, 90 * MS, 0);

    assertThat(latency.medianNs(5, 0)).isEqualTo(90 * MS);
    assertThat(latency.medianNs(9, 100 * SECOND)).isEqualTo(90 * MS);
  }

  @Test
  void theLastEightOfEachLoadAreKept() {
    for (int i = 1; i <= 20; i++) {
      latency.add(7, i * MS, 0);
    }

    assertThat(latency.medianNs(7, 0)).isEqualTo(16 * MS); // of 13 to 20
  }

  @ParameterizedTest(name = "{0} and {1} are about the same: {2}")
  @CsvSource({
    "0, 1, true",
    "0, 2, false",
    "62, 63, true",
    "63, 64, true",
    "63, 67, true",
    "63, 68, false",
    "64, 71, true",
    "64, 72, false",
    "128, 124, true",
    "128, 123, false",
    "128, 143, true",
    "128, 144, false",
    "10000, 10500, true",
    "10000, 13000, false",
    "1000000, 2147483647, true",
  })
  void stepsGrowWithTheLoad(int came, int now, boolean same) {
    latency.add(came, 10 * MS, 0);
    latency.add(came == 20 ? 21 : 20, 99 * MS, 0); // what is said if they are not

    assertThat(latency.medianNs(now, 0)).isEqualTo((same ? 10 : 99) * MS);
  }
}
