package io.meshrpc.sim.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EventsTest {
  private final Events events = new Events();

  @Test
  void eventsComeByTime() {
    events.add(30, 1, "c");
    events.add(10, 2, "a");
    events.add(20, 3, "b");

    assertThat(takeAll()).containsExactly("10 2 a", "20 3 b", "30 1 c");
  }

  @Test
  void eventsOfTheSameMomentComeInTheOrderInWhichTheyWereAdded() {
    events.add(10, 9, "first");
    events.add(10, 1, "second");
    events.add(5, 15, "before");
    events.add(10, 4, "third");

    assertThat(takeAll()).containsExactly("5 15 before", "10 9 first", "10 1 second", "10 4 third");
  }

  @Test
  void manyEventsStayInOrderWhileSomeAreTaken() {
    SplittableRandom random = new SplittableRandom(7);
    long last = 0;
    for (int i = 0; i < 20_000; i++) {
      events.add(last + random.nextInt(1000), 0, i);
      if (i % 3 == 0) {
        events.take();
        assertThat(events.atNs()).isGreaterThanOrEqualTo(last);
        last = events.atNs();
      }
    }
    while (!events.isEmpty()) {
      events.take();
      assertThat(events.atNs()).isGreaterThanOrEqualTo(last);
      last = events.atNs();
    }
  }

  private List<String> takeAll() {
    List<String> all = new ArrayList<>();
    while (!events.isEmpty()) {
      events.take();
      all.add(events.atNs() + " " + events.kind() + " " + events.subject());
    }
    return all;
  }
}
