package io.meshrpc.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Equal chances, and nothing else. */
class RandomPickTest {
  private final RandomPick balancer = new RandomPick();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 100})
  void eachGetsAboutTheSame(int servers) {
    PickBench bench = new PickBench(servers, 1);

    Map<String, Integer> shares = bench.shares(balancer, 1000 * servers);

    assertThat(shares).hasSize(servers);
    assertThat(shares.values())
        .as("five standard deviations")
        .allMatch(share -> Math.abs(share - 1000) < 160);
  }

  @Test
  void loadIsNotLookedAt() {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(0).inFlight = 50;
    bench.servers.get(0).weight = 0.1;

    assertThat(bench.shares(balancer, 1000).get("tcp://s0:1")).isBetween(420, 580);
  }

  @Test
  void theSameSeedMakesTheSameChoices() {
    assertThat(new PickBench(9, 4).shares(balancer, 100))
        .isEqualTo(new PickBench(9, 4).shares(balancer, 100))
        .isNotEqualTo(new PickBench(9, 5).shares(balancer, 100));
  }
}
