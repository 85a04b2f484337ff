package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Timers against a map that is searched from end to end. */
class TimersTest {
  private static final class Bell extends Timers.Timed {}

  @Test
  void nothingIsDueInAnEmptyOne() {
    Timers<Bell> timers = new Timers<>();

    assertThat(timers.nextDueNs()).isEqualTo(Long.MAX_VALUE);
    assertThat(timers.pollDue(Long.MAX_VALUE)).isNull();
    timers.cancel(new Bell());
  }

  @Test
  void eachIsDueAtItsMomentAndOnce() {
    Timers<Bell> timers = new Timers<>();
    Bell bell = new Bell();
    timers.set(bell, 10);
    assertThat(bell.isSet()).isTrue();
    assertThat(timers.pollDue(9)).isNull();
    assertThat(timers.pollDue(10)).isSameAs(bell);
    assertThat(timers.pollDue(10)).isNull();
    assertThat(bell.isSet()).isFalse();
  }

  @Test
  void theyDoWhatANaiveModelDoes() {
    for (long seed = 0; seed < 200; seed++) {
      compare(seed);
    }
  }

  private static void compare(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Timers<Bell> timers = new Timers<>();
    Map<Bell, Long> model = new LinkedHashMap<>();
    List<Bell> bells = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(150); i++) {
      bells.add(new Bell());
    }
    long now = random.nextBoolean() ? 0 : Long.MAX_VALUE - 1000;
    for (int i = 0; i < 400; i++) {
      Bell bell = bells.get(random.nextInt(bells.size()));
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          long dueNs = now + random.nextLong(50);
          timers.set(bell, dueNs);
          model.put(bell, dueNs);
        }
        case 2 -> {
          timers.cancel(bell);
          model.remove(bell);
        }
        default -> now += random.nextLong(3);
      }
      long next = model.values().stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
      assertThat(timers.nextDueNs()).as("seed %d, step %d", seed, i).isEqualTo(next);
      assertThat(bell.isSet()).isEqualTo(model.containsKey(bell));
      Bell due = random.nextBoolean() ? timers.pollDue(now) : null;
      if (due != null) {
        assertThat(model.remove(due)).as("seed %d, step %d", seed, i).isEqualTo(next);
        assertThat(next).isLessThanOrEqualTo(now);
      }
    }
  }
}
