package io.meshrpc.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.policy.PickBench.Server;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The better of two, by what this client has under way. */
class P2cLocalTest {
  private final P2cLocal balancer = new P2cLocal();

  @ParameterizedTest(name = "{0} in flight at {1} beside {2} at {3}: s{4}")
  @CsvSource({
    "1, 1.0, 0, 1.0, 1",
    "0, 1.0, 1, 1.0, 0",
    "3, 1.0, 4, 1.0, 0",
    "0, 0.1, 3, 1.0, 1",
    "0, 0.1, 9, 0.5, 0",
    "2, 0.5, 6, 1.0, 0",
  })
  void theOneWithLessInFlightForItsWeightIsTaken(
      int one, double oneWeight, int other, double otherWeight, int taken) {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(0).inFlight = one;
    bench.servers.get(0).weight = oneWeight;
    bench.servers.get(1).inFlight = other;
    bench.servers.get(1).weight = otherWeight;

    for (int i = 0; i < 20; i++) {
      assertThat(bench.choose(balancer)).isSameAs(bench.servers.get(taken));
    }
  }

  @Test
  void whatServersSayIsNotLookedAt() {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(0).queued = 90;
    bench.servers.get(1).inFlight = 1;

    assertThat(bench.choose(balancer)).isSameAs(bench.servers.get(0));
  }

  @Test
  void equalsShareEvenly() {
    PickBench bench = new PickBench(4, 1);

    assertThat(bench.shares(balancer, 4000).values())
        .allMatch(share -> share > 850 && share < 1150);
  }

  @Test
  void theBusiestIsNeverTakenAndTheIdlestInHalfOfAllPairs() {
    PickBench bench = new PickBench(4, 1);
    for (int i = 0; i < 4; i++) {
      bench.servers.get(i).inFlight = i;
    }

    Map<String, Integer> shares = bench.shares(balancer, 6000);

    assertThat(shares).doesNotContainKey("tcp://s3:1");
    assertThat(shares.get("tcp://s0:1")).isBetween(2800, 3200);
    assertThat(shares.get("tcp://s2:1")).as("only against s3").isBetween(850, 1150);
  }

  @Test
  void callsThatStayUnderWaySpreadEvenly() {
    PickBench bench = new PickBench(10, 3);
    for (int i = 0; i < 1000; i++) {
      bench.choose(balancer).inFlight++;
    }

    assertThat(bench.servers)
        .extracting((Server server) -> server.inFlight)
        .allMatch(count -> count > 95 && count < 105);
  }
}
