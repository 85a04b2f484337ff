package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgesTest {
  private final Set<Long> wanted = new HashSet<>();
  private final Ages ages = new Ages(wanted::contains);

  private void add(long number, long nowNs) {
    wanted.add(number);
    ages.add(number, nowNs);
  }

  @Test
  void theFirstIsTheOneThatCameBeforeAllThatAreWanted() {
    add(9, 100);
    add(3, 101);
    add(7, 102);
    wanted.remove(9L);
    wanted.remove(7L);

    assertThat(ages.isEmpty()).isFalse();
    assertThat(ages.first()).isEqualTo(3);
    assertThat(ages.firstNs()).isEqualTo(101);
    wanted.remove(3L);
    assertThat(ages.isEmpty()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void itIsAQueueFromWhichAnyMayLeave(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ArrayDeque<Long> model = new ArrayDeque<>();
    for (long number = 1; number <= 20_000; number++) {
      add(number, 10 * number);
      model.addLast(number);
      while (model.size() > 1 + random.nextInt(100)) {
        long gone = random.nextInt(10) == 0 ? model.removeLast() : model.removeFirst();
        wanted.remove(gone);
      }
      if (random.nextInt(3) == 0 && !model.isEmpty()) {
        assertThat(ages.isEmpty()).isFalse();
        assertThat(ages.first()).isEqualTo(model.getFirst());
        assertThat(ages.firstNs()).isEqualTo(10 * model.getFirst());
      }
    }
  }

  @Test
  void oneThatStaysDoesNotKeepAllThatCameAfterIt() {
    add(1, 1);
    for (long number = 2; number < 1_000_000; number++) {
      add(number, number);
      wanted.remove(number);
    }

    assertThat(ages.room()).isLessThanOrEqualTo(32);
    assertThat(ages.first()).isEqualTo(1);
  }
}
