package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is remembered of a server's calls, and when it is forgotten. */
class SuccessWindowTest {
  private static final long SECOND = 1_000_000_000L;

  private final SuccessWindow window = new SuccessWindow(10 * SECOND);

  @Test
  void theShareIsThatOfTheGoodOnes() {
    assertThat(window.share(0)).as("nothing is known").isEqualTo(1);
    add(3, 1, 0);

    assertThat(window.count(0)).isEqualTo(4);
    assertThat(window.goodCount(0)).isEqualTo(3);
    assertThat(window.share(0)).isEqualTo(0.75);
  }

  @ParameterizedTest(name = "after {0} ms {1} are remembered")
  @CsvSource({
    "0, 5",
    "8999, 5",
    "9000, 5",
    "9999, 5",
    "10000, 3",
    "13999, 3",
    "14000, 0",
    "1000000, 0"
  })
  void eachIsForgottenWhenTheWindowHasPassedIt(long afterMs, int remembered) {
    long start = 77 * SECOND; // the beginning of a tenth
    add(1, 1, start);
    add(2, 1, start + 4 * SECOND);

    assertThat(window.count(start + afterMs * 1_000_000)).isEqualTo(remembered);
  }

  @Test
  void oldAndNewDoNotMix() {
    for (int second = 0; second < 100; second++) {
      add(second % 2, 1, second * SECOND);
    }

    assertThat(window.count(99 * SECOND)).isEqualTo(15);
    assertThat(window.goodCount(99 * SECOND)).isEqualTo(5);
  }

  @Test
  void clearingForgetsAll() {
    add(5, 5, SECOND);
    window.clear();
    assertThat(window.count(SECOND)).isZero();
    add(1, 0, SECOND);

    assertThat(window.share(SECOND)).isEqualTo(1);
  }

  @Test
  void timeBelowZeroIsTimeLikeAnyOther() {
    add(1, 0, -5 * SECOND);
    add(0, 1, SECOND);

    assertThat(window.count(4 * SECOND)).isEqualTo(2);
    assertThat(window.count(5 * SECOND)).isEqualTo(1);
  }

  private void add(int good, int bad, long nowNs) {
    for (int i = 0; i < good; i++) {
      window.add(true, nowNs);
    }
    for (int i = 0; i < bad; i++) {
      window.add(false, nowNs);
    }
  }
}
