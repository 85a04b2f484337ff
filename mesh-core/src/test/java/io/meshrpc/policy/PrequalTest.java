package io.meshrpc.policy;

import static io.meshrpc.policy.PickBench.MS;
import static io.meshrpc.policy.PickBench.PAY;
import static io.meshrpc.policy.PickBench.READ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.meshrpc.policy.PickBench.Server;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the paper says, rule by rule. */
class PrequalTest {
  private final Prequal balancer = new Prequal();

  private void report(PickBench bench, Server server) {
    balancer.onReport(server, READ, server.usualNs, bench.now);
  }

  @ParameterizedTest(name = "{0} servers: {1} probes")
  @CsvSource({"1, 0", "2, 2", "3, 3", "4, 3", "100, 3"})
  void eachCallProbesThreeDifferentServersAndDoesNotWait(int servers, int probes) {
    PickBench bench = new PickBench(servers, 1);

    for (int i = 0; i < 50; i++) {
      assertThat(balancer.pick(bench)).isNotNull();
      assertThat(bench.probed).hasSize(probes).doesNotHaveDuplicates();
      bench.probed.clear();
    }
  }

  @Test
  void probesGoToAllServersAlike() {
    PickBench bench = new PickBench(10, 1);
    bench.shares(balancer, 10_000);

    for (Server server : bench.servers) {
      assertThat(bench.probed.stream().filter(server::equals).count()).isBetween(2700L, 3300L);
    }
  }

  @ParameterizedTest(name = "s0: {0} ms, {1} in it; s1: {2} ms, {3} in it: s{4}")
  @CsvSource({
    "10, 0, 20, 0, 0",
    "30, 0, 20, 0, 1",
    "10, 2, 20, 0, 0", // the latency is that at this load: the load itself does not count again
    "20, 0, 10, 2, 1",
    " 0, 0,  9, 0, 1", // who does not know counts as if calls took 10 ms, as they usually do
    " 0, 0, 11, 0, 0",
  })
  void ofTheColdTheOneWithTheShortestLatencyIsTaken(
      long latency, int in, long otherLatency, int otherIn, int taken) {
    PickBench bench = new PickBench(3, 1);
    set(bench.servers.get(0), latency, in);
    set(bench.servers.get(1), otherLatency, otherIn);
    set(bench.servers.get(2), 500, 100);
    bench.report(balancer);

    assertThat(bench.choose(balancer)).isSameAs(bench.servers.get(taken));
  }

  private static void set(Server server, long latencyMs, int inServer) {
    server.latencyNs = latencyMs * MS;
    server.running = inServer;
  }

  @Test
  void aHotServerIsNotTakenHoweverFastItIs() {
    PickBench bench = new PickBench(10, 1);
    bench.servers.forEach(server -> set(server, 50, 2));
    set(bench.servers.get(4), 1, 3);
    bench.report(balancer);

    assertThat(bench.choose(balancer)).isNotSameAs(bench.servers.get(4));
  }

  @Test
  void ifAllAreHotTheOneWithTheFewestRequestsIsTaken() {
    PickBench bench = new PickBench(40, 1);
    for (int i = 0; i < 40; i++) {
      set(bench.servers.get(i), 50, i < 37 ? 1 : 10 + i);
    }
    set(bench.servers.get(38), 50, 20);
    for (Server server : bench.servers) { // the last sixteen stay
      bench.now++;
      report(bench, server);
    }
    bench.candidates = bench.servers.subList(37, 40);

    assertThat(bench.choose(balancer)).isSameAs(bench.servers.get(38));
  }

  @Test
  void withFewerThanTwoReportsTheChoiceIsRandom() {
    PickBench bench = new PickBench(4, 1);
    Map<String, Integer> shares = new TreeMap<>();
    for (int i = 0; i < 400; i++) {
      report(bench, bench.servers.get(1));
      shares.merge(bench.choose(balancer).endpoint(), 1, Integer::sum); // takes the report out
    }

    assertThat(shares.values()).hasSize(4).allMatch(share -> share > 60 && share < 140);
  }

  @Test
  void reportsOlderThanASecondDoNotCount() {
    PickBench bench = new PickBench(3, 1);
    set(bench.servers.get(2), 1, 0);
    bench.report(balancer);
    bench.now += 1000 * MS;
    assertThat(bench.choose(balancer)).isSameAs(bench.servers.get(2));

    bench.report(balancer);
    bench.now += 1001 * MS;
    assertThat(bench.shares(balancer, 30)).as("random").hasSize(3);
  }

  @Test
  void whatWasChosenCountsAtOnce() {
    PickBench bench = new PickBench(16, 1);
    bench.report(balancer);

    assertThat(bench.shares(balancer, 8)).as("no server twice").hasSize(8);
  }

  @ParameterizedTest(name = "{0} servers: {1} uses")
  @CsvSource({
    "2, Infinity",
    "16, Infinity",
    "24, Infinity",
    "25, 25",
    "100, 1.316",
    "1000, 1.025",
    "1000000, 1"
  })
  void theReuseFormula(int servers, double uses) {
    if (Double.isInfinite(uses)) {
      assertThat(Prequal.usesOf(servers)).isInfinite();
    } else {
      assertThat(Prequal.usesOf(servers)).isCloseTo(uses, within(0.001));
    }
  }

  @Test
  void aReportIsUsedAsOftenAsTheFormulaSaysOnAverage() {
    PickBench bench = new PickBench(100, 1);
    Server best = bench.servers.get(0);
    Server next = bench.servers.get(1);
    Server old = bench.servers.get(2);
    Server worst = bench.servers.get(3);
    set(best, 1, 0);
    set(next, 10, 5);
    set(old, 50, 5);
    set(worst, 90, 5);
    int again = 0;
    for (int i = 0; i < 2000; i++) {
      bench.now += 2000 * MS;
      for (Server server : List.of(old, worst, next, best)) { // the next two removals are not best
        report(bench, server);
        bench.now++;
      }
      assertThat(bench.choose(balancer)).isSameAs(best);
      again += bench.choose(balancer) == best ? 1 : 0;
    }

    assertThat(again / 2000.0).as("0.316 of the reports are used twice").isBetween(0.27, 0.36);
  }

  @Test
  void eachCallTakesOneReportOutTheOldestAndTheWorstInTurn() {
    assertThat(afterTwoCalls(0, 2, 3)).as("the oldest and the worst: random").hasSize(3);
    assertThat(afterTwoCalls(1, 3)).containsExactly("tcp://s1:1");
    assertThat(afterTwoCalls(3, 4)).containsExactly("tcp://s4:1");
  }

  /** Whom the third of three calls may meet; s0 said something first, and s2 is the slowest. */
  private static Set<String> afterTwoCalls(int... candidates) {
    long[] usualMs = {10, 10, 90, 50, 10};
    Set<String> choices = new TreeSet<>();
    for (int seed = 0; seed < 40; seed++) {
      PickBench bench = new PickBench(5, seed);
      Prequal balancer = new Prequal();
      for (int i = 0; i < 5; i++) {
        set(bench.servers.get(i), usualMs[i], i == 2 ? 3 : 0);
        balancer.onReport(bench.servers.get(i), READ, usualMs[i] * MS, ++bench.now);
      }
      bench.choose(balancer);
      bench.choose(balancer);
      bench.candidates = IntStream.of(candidates).mapToObj(bench.servers::get).toList();
      choices.add(bench.choose(balancer).endpoint());
    }
    return choices;
  }

  @Test
  void whatIsKnownOfOneMethodSaysNothingOfAnother() {
    PickBench bench = new PickBench(3, 1);
    bench.servers.get(1).usualNs = MS;
    bench.report(balancer);
    bench.method = PAY;

    assertThat(bench.shares(balancer, 60)).as("random").hasSize(3);
  }

  @Test
  void aServerThatIsGoneIsForgotten() {
    PickBench bench = new PickBench(3, 1);
    bench.servers.get(0).usualNs = MS;
    bench.report(balancer);
    balancer.onGone(bench.servers.get(0));

    assertThat(bench.choose(balancer)).isNotSameAs(bench.servers.get(0));
  }
}
