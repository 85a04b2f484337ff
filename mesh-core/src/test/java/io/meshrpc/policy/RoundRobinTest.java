package io.meshrpc.policy;

import static io.meshrpc.policy.PickBench.PAY;
import static io.meshrpc.policy.PickBench.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.policy.PickBench.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each in turn, whatever happens to the candidates between turns. */
class RoundRobinTest {
  private final RoundRobin balancer = new RoundRobin();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 100, 1000})
  void eachGetsTheSame(int servers) {
    PickBench bench = new PickBench(servers, 1);

    Map<String, Integer> shares = bench.shares(balancer, 7 * servers);

    assertThat(shares).hasSize(servers);
    assertThat(shares.values()).containsOnly(7);
  }

  @Test
  void loadIsNotLookedAt() {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(0).inFlight = 50;
    bench.servers.get(0).queued = 50;

    assertThat(bench.shares(balancer, 10).values()).containsExactly(5, 5);
  }

  @Test
  void theTurnsFollowTheOrderOfTheCandidates() {
    PickBench bench = new PickBench(3, 1);

    assertThat(turns(bench, 4)).containsExactly("s0", "s1", "s2", "s0");
  }

  @Test
  void aRetryTakesTheNextTurnSoThatNoServerIsPassedOver() {
    PickBench bench = new PickBench(4, 1);
    Server broken = bench.servers.get(0);
    List<Server> all = bench.servers;
    List<Server> others = all.subList(1, 4);
    Map<String, Integer> shares = new TreeMap<>();
    for (int i = 0; i < 300; i++) {
      Server choice = bench.choose(balancer);
      if (choice == broken) {
        bench.candidates = others;
        choice = bench.choose(balancer);
        bench.candidates = all;
      }
      shares.merge(choice.endpoint(), 1, Integer::sum);
    }

    assertThat(shares.values()).containsExactly(100, 100, 100);
  }

  @Test
  void methodsThatAreCalledInTurnDoNotShareTheTurns() {
    PickBench bench = new PickBench(2, 1);
    Map<String, Integer> shares = new TreeMap<>();
    for (int i = 0; i < 20; i++) {
      bench.method = i % 2 == 0 ? READ : PAY;
      shares.merge(bench.method.name() + " " + bench.choose(balancer).endpoint(), 1, Integer::sum);
    }

    assertThat(shares.values()).as("of %s", shares).containsExactly(5, 5, 5, 5);
  }

  @Test
  void whenAServerGoesTheTurnsGoOnBehindIt() {
    PickBench bench = new PickBench(5, 1);
    assertThat(turns(bench, 3)).containsExactly("s0", "s1", "s2");

    Server gone = bench.servers.remove(2);
    balancer.onGone(gone);

    assertThat(turns(bench, 5)).containsExactly("s3", "s4", "s0", "s1", "s3");
  }

  @Test
  void whenAnEarlierServerGoesNobodyIsPassedOver() {
    PickBench bench = new PickBench(5, 1);
    turns(bench, 3);

    balancer.onGone(bench.servers.remove(0));

    assertThat(turns(bench, 4)).containsExactly("s3", "s4", "s1", "s2");
  }

  @Test
  void aServerThatComesGetsItsTurn() {
    PickBench bench = new PickBench(3, 1);
    turns(bench, 2);

    bench.servers.add(new Server("tcp://s9:1", bench));

    assertThat(turns(bench, 4)).containsExactly("s2", "s9", "s0", "s1");
  }

  private List<String> turns(PickBench bench, int times) {
    List<String> turns = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      turns.add(bench.choose(balancer).endpoint().replaceAll("tcp://|:1", ""));
    }
    return turns;
  }
}
