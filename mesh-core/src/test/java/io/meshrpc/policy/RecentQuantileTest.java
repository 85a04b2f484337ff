package io.meshrpc.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What share of the latest values is not above it. */
class RecentQuantileTest {
  @ParameterizedTest(name = "{0} of 1..{1}: {2}")
  @CsvSource({"0.5, 1, 1", "0.5, 2, 1", "0.5, 3, 2", "0.84, 16, 14", "0.84, 100, 84", "1, 9, 9"})
  void ofTheFirstNumbers(double share, int count, int expected) {
    RecentQuantile quantile = new RecentQuantile(share);
    for (int i = count; i > 0; i--) {
      quantile.add(i);
    }

    assertThat(quantile.value()).isEqualTo(expected);
  }

  @Test
  void ofNothingItIsZero() {
    assertThat(new RecentQuantile(0.84).value()).isZero();
  }

  @Test
  void onlyTheLatest128Count() {
    RecentQuantile quantile = new RecentQuantile(0.84);
    SplittableRandom random = new SplittableRandom(1);
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      int value = random.nextInt(1 + i / 20);
      quantile.add(value);
      all.add(value);

      List<Integer> latest =
          new ArrayList<>(all.subList(Math.max(0, all.size() - 128), all.size()));
      Collections.sort(latest);
      int place = (int) Math.ceil(0.84 * latest.size()) - 1;
      assertThat(quantile.value()).isEqualTo(latest.get(place));
    }
  }
}
