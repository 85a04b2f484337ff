package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.RetryPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of open calls, against a plain map. */
class OpenCallsTest {
  private final OpenCalls calls = new OpenCalls();

  private ClientCall add() {
    ClientCall call = new ClientCall(
        ClientBench.READ, new byte[0], CallOptions.DEFAULT, RetryPolicy.DEFAULT, 1000, "ticket");
    calls.add(call, 0);
    return call;
  }

  @Test
  void anEmptyTableHasNothingAndAcknowledgesAll() {
    assertThat(calls.get(1)).isNull();
    assertThat(calls.all()).isEmpty();
    assertThat(calls.ackBelow()).isEqualTo(1);
    assertThat(calls.nextDueNs()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void numbersBeginAtOneAndGrow() {
    assertThat(add().seq).isEqualTo(1);
    ClientCall second = add();
    assertThat(second.seq).isEqualTo(2);
    calls.remove(second);
    assertThat(add().seq).isEqualTo(3);
  }

  @Test
  void theOldestCallThatIsOpenHoldsTheAcknowledgementBack() {
    ClientCall first = add();
    ClientCall second = add();
    ClientCall third = add();

    calls.remove(second);
    assertThat(calls.ackBelow()).isEqualTo(1);
    calls.remove(first);
    assertThat(calls.ackBelow()).isEqualTo(3);
    calls.remove(third);
    assertThat(calls.ackBelow()).isEqualTo(4);
  }

  @Test
  void toRemoveACallTwiceRemovesNoOther() {
    ClientCall first = add();
    ClientCall second = add();
    calls.remove(first);
    calls.remove(first);

    assertThat(calls.count()).isEqualTo(1);
    assertThat(calls.all()).containsExactly(second);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void itIsAMapInTheOrderOfBeginning(long seed) {
    RandomGenerator random = new java.util.SplittableRandom(seed);
    Map<Long, ClientCall> model = new TreeMap<>();
    for (int i = 0; i < 20_000; i++) {
      boolean grows = random.nextInt(4000) > model.size();
      if (grows && random.nextInt(3) > 0 || model.isEmpty()) {
        ClientCall call = add();
        model.put(call.seq, call);
      } else {
        List<Long> open = new ArrayList<>(model.keySet());
        // mostly the old ones end, but a few stay for long
        int place = Math.min(random.nextInt(open.size()), random.nextInt(open.size()));
        calls.remove(model.remove(open.get(place)));
      }
      long some = 1 + random.nextLong(i + 2);
      assertThat(calls.get(some)).isSameAs(model.get(some));
      assertThat(calls.count()).isEqualTo(model.size());
      if (i % 500 == 0) {
        assertThat(calls.all()).containsExactlyElementsOf(model.values());
        model.forEach((seq, call) -> assertThat(calls.get(seq)).isSameAs(call));
      }
    }
  }

  @Test
  void anOldCallIsFoundHoweverManyBeginAndEndAfterIt() {
    ClientCall old = add();
    for (int i = 0; i < 100_000; i++) {
      calls.remove(add());
    }

    assertThat(calls.get(old.seq)).isSameAs(old);
    assertThat(calls.all()).containsExactly(old);
  }

  @Test
  void strangeNumbersAreNotThere() {
    add();
    for (long seq : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 65, 1L << 32 | 1}) {
      assertThat(calls.get(seq)).isNull();
    }
  }
}
