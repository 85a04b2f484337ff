package io.meshrpc.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class KernelTest {
  private final Kernel kernel = new Kernel();
  private final List<String> happened = new ArrayList<>();

  @Test
  void eventsHappenInTheOrderOfTheirMomentsAndThenOfTheirPlanning() {
    kernel.at(20, () -> happened.add("c"));
    kernel.at(10, () -> happened.add("a"));
    kernel.at(20, () -> happened.add("d"));
    kernel.at(10, () -> happened.add("b"));

    kernel.runUntil(100);

    assertThat(happened).containsExactly("a", "b", "c", "d");
    assertThat(kernel.nowNs()).isEqualTo(100);
    assertThat(kernel.happened()).isEqualTo(4);
  }

  @Test
  void whatLiesInThePastHappensNow() {
    kernel.at(50, () -> kernel.at(10, () -> happened.add("at " + kernel.nowNs())));

    kernel.runUntil(100);

    assertThat(happened).containsExactly("at 50");
  }

  @Test
  void nothingHappensBeforeItsTime() {
    kernel.at(50, () -> happened.add("late"));

    kernel.runUntil(49);
    assertThat(happened).isEmpty();
    kernel.runUntil(50);
    assertThat(happened).containsExactly("late");
  }

  @Test
  void manyEventsKeepTheirOrder() {
    RandomGenerator random = new Streams(7).of("moments");
    List<Long> moments = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      kernel.at(random.nextLong(1000), () -> moments.add(kernel.nowNs()));
    }

    kernel.runUntil(1000);

    assertThat(moments).hasSize(5000).isSorted();
  }
}
