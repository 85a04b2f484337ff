package io.meshrpc.policy;

import static io.meshrpc.policy.PickBench.MS;
import static io.meshrpc.policy.PickBench.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.policy.PickBench.Server;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fewest requests for each worker, by the servers' own fresh word. */
class ProbedLeastInFlightTest {
  private final ProbedLeastInFlight balancer = new ProbedLeastInFlight();

  @ParameterizedTest(name = "{0} in it, {1} workers, weight {2}: taken: {3}")
  @CsvSource({
    "2, 1, 1.0, true",
    "4, 1, 1.0, false",
    "6, 2, 1.0, true",
    "9, 2, 1.0, false",
    "1, 1, 0.6, true",
    "1, 1, 0.4, false",
  })
  void besideAServerWithThreeRequestsAndOneWorker(
      int inServer, int workers, double weight, boolean taken) {
    PickBench bench = new PickBench(2, 1);
    Server server = bench.servers.get(0);
    server.queued = inServer;
    server.workers = workers;
    server.weight = weight;
    bench.servers.get(1).running = 3;
    bench.report(balancer);

    assertThat(bench.choose(balancer) == server).isEqualTo(taken);
  }

  @Test
  void speedIsNotLookedAt() {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(0).usualNs = 900 * MS;
    bench.servers.get(1).running = 1;
    bench.report(balancer);

    assertThat(bench.choose(balancer)).isSameAs(bench.servers.get(0));
  }

  @Test
  void whatWasChosenCountsAtOnceSoThatCallsSpread() {
    PickBench bench = new PickBench(4, 1);
    bench.report(balancer);

    assertThat(bench.shares(balancer, 40).values()).containsExactly(10, 10, 10, 10);
  }

  @ParameterizedTest(name = "{0} servers: {1} probes")
  @CsvSource({"1, 0", "2, 2", "3, 3", "100, 3"})
  void eachCallProbesThreeDifferentServersAndDoesNotWait(int servers, int probes) {
    PickBench bench = new PickBench(servers, 1);

    for (int i = 0; i < 50; i++) {
      assertThat(balancer.pick(bench)).isNotNull();
      assertThat(bench.probed).hasSize(probes).doesNotHaveDuplicates();
      bench.probed.clear();
    }
  }

  @Test
  void withoutFreshReportsTheChoiceIsTheBetterOfTwoByWhatThisClientHasUnderWay() {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(1).running = 9;
    bench.report(balancer);
    bench.servers.get(0).inFlight = 1;
    assertThat(bench.choose(balancer)).isSameAs(bench.servers.get(0));

    bench.now += 51 * MS; // five times what calls take, and one
    assertThat(bench.choose(balancer)).isSameAs(bench.servers.get(1));
  }

  @Test
  void inALargeFleetOldGoodNewsDoesNotStay() {
    PickBench bench = new PickBench(40, 1);
    Server first = bench.servers.get(0);
    List<Server> busy = bench.servers.subList(1, 16);
    busy.forEach(server -> server.running = 50);
    balancer.onReport(first, READ, 10 * MS, bench.now++);
    busy.forEach(server -> balancer.onReport(server, READ, 10 * MS, bench.now));

    assertThat(bench.choose(balancer)).isSameAs(first);
    assertThat(bench.choose(balancer)).as("its report was the oldest").isNotSameAs(first);
  }

  @Test
  void aServerThatIsGoneIsForgotten() {
    PickBench bench = new PickBench(3, 1);
    bench.servers.get(1).running = 1;
    bench.servers.get(2).running = 1;
    bench.report(balancer);
    balancer.onGone(bench.servers.get(0));

    assertThat(bench.choose(balancer)).isNotSameAs(bench.servers.get(0));
  }
}
