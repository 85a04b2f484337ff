package io.meshrpc.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.LoadBalancer.Pick;
import io.meshrpc.api.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Each in turn, and what must not disturb the turns. */
class RoundRobinTest {
  private final RoundRobin balancer = new RoundRobin();
  private final FakePeer a = FakePeer.idle("a");
  private final FakePeer b = FakePeer.busy("b", 99);
  private final FakePeer c = FakePeer.idle("c");

  @Test
  void eachCandidateHasItsTurnWhateverItsLoad() {
    List<String> picks = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      picks.add(pick(FakePeer.READ, 1, a, b, c));
    }

    assertThat(picks).containsExactly("a", "b", "c", "a", "b", "c");
  }

  @Test
  void methodsThatAlternateBothReachEveryServer() {
    List<String> reads = new ArrayList<>();
    List<String> payments = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      reads.add(pick(FakePeer.READ, 1, a, b));
      payments.add(pick(FakePeer.PAY, 1, a, b));
    }

    assertThat(reads).containsExactly("a", "b", "a", "b");
    assertThat(payments).containsExactly("a", "b", "a", "b");
  }

  @Test
  void retriesDoNotTakeTheTurnsOfFirstAttempts() {
    List<String> first = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String picked = pick(FakePeer.READ, 1, a, b);
      first.add(picked);
      pick(FakePeer.READ, 2, picked.equals("a") ? b : a);
    }

    assertThat(first).containsExactly("a", "b", "a", "b");
  }

  @Test
  void whenCandidatesComeAndGoTheRestStillShares() {
    int[] shares = new int[2];
    for (int i = 0; i < 3000; i++) {
      String picked =
          i / 7 % 2 == 0 ? pick(FakePeer.READ, 1, a, b, c) : pick(FakePeer.READ, 1, a, c);
      shares[0] += picked.equals("a") ? 1 : 0;
      shares[1] += picked.equals("c") ? 1 : 0;
    }

    assertThat(shares[0]).isBetween(1100, 1400);
    assertThat(shares[1]).isBetween(1100, 1400);
  }

  private String pick(MethodDescriptor<?, ?> method, int attempt, FakePeer... candidates) {
    Pick pick = new FakePick(List.of(candidates), method, attempt, new SplittableRandom(1));
    return Objects.requireNonNull(balancer.pick(pick)).endpoint();
  }
}
