package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a loop hands to itself. */
class OwnTest {
  private final Own<Object> own = new Own<>();

  @Test
  void firstInIsFirstOutWheneverItIsAdded() {
    ArrayDeque<Object> expected = new ArrayDeque<>();
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      if (random.nextInt(100) < 48) {
        Integer item = i;
        assertThat(own.add(item)).isTrue();
        expected.add(item);
      } else {
        assertThat(own.poll()).isEqualTo(expected.poll());
      }
      assertThat(own.isEmpty()).isEqualTo(expected.isEmpty());
    }
  }

  @Test
  void whatWasTakenIsNotKeptOnceAllIs() {
    WeakReference<Object> gone = addAndTake();
    assertThat(own.poll()).isNull();

    System.gc();
    assertThat(gone.get()).isNull();
  }

  private WeakReference<Object> addAndTake() {
    Object item = new Object();
    assertThat(own.add(item)).isTrue();
    assertThat(own.poll()).isSameAs(item);
    return new WeakReference<>(item);
  }
}
