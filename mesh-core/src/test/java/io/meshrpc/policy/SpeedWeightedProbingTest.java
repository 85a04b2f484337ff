package io.meshrpc.policy;

import static io.meshrpc.policy.PickBench.MS;
import static io.meshrpc.policy.PickBench.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.LoadBalancer.Outcome;
import io.meshrpc.policy.PickBench.Server;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the default sends a call, what it asks, and what keeps it from the black hole. */
class SpeedWeightedProbingTest {
  private final SpeedWeightedProbing balancer = new SpeedWeightedProbing();

  @Test
  void theOnlyCandidateIsTakenWithoutAQuestion() {
    PickBench bench = new PickBench(1, 1);

    assertThat(balancer.pick(bench)).isSameAs(bench.servers.get(0));
    assertThat(bench.probed).isEmpty();
  }

  @Test
  void theIdleServerIsTaken() {
    PickBench bench = new PickBench(3, 1);
    bench.servers.get(0).running = 4;
    bench.servers.get(2).running = 2;
    bench.report(balancer);

    assertThat(balancer.pick(bench)).isSameAs(bench.servers.get(1));
  }

  @Test
  void aFastServerWithSomeWorkBeatsASlowOneWithLess() {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(0).usualNs = 40 * MS;
    bench.servers.get(0).running = 1;
    bench.servers.get(1).running = 3;
    bench.report(balancer);

    assertThat(balancer.pick(bench)).isSameAs(bench.servers.get(1));
  }

  @Test
  void aSmallDifferenceInWhatCallsTakeDoesNotCount() {
    PickBench bench = new PickBench(3, 1);
    bench.servers.get(0).usualNs = 8 * MS;
    bench.servers.get(0).running = 5;
    bench.servers.get(1).running = 5;
    bench.servers.get(2).usualNs = 12 * MS;
    bench.servers.get(2).running = 4; // 60 against 48 and 60, if all of it counted
    bench.report(balancer);

    assertThat(balancer.pick(bench)).isSameAs(bench.servers.get(2));
  }

  @Test
  void ofALargeDifferenceTheNoiseIsTakenAway() {
    ProbingSettings settings = ProbingSettings.DEFAULTS;

    assertThat(settings.withoutNoiseNs(13 * MS, 10 * MS)).isEqualTo(10.0 * MS);
    assertThat(settings.withoutNoiseNs(40 * MS, 10 * MS)).isEqualTo(37.0 * MS);
    assertThat(settings.withoutNoiseNs(5 * MS, 10 * MS)).isBetween(5.0 * MS, 6.0 * MS);
    assertThat(settings.withoutNoiseNs(0, 10 * MS)).isZero();
  }

  @ParameterizedTest(name = "{0} requests at the fast one: s{1}")
  @CsvSource({"0, 0", "4, 0", "7, 0", "8, 1"})
  void aSlowServerIsWorthItOnlyOnceTheWaitAtTheFastOneIsAsLongAsTheRun(int before, int taken) {
    PickBench bench = new PickBench(2, 1);
    bench.servers.forEach(server -> server.workers = 4);
    bench.servers.get(0).running = before;
    bench.servers.get(1).usualNs = 40 * MS; // and idle
    bench.report(balancer);

    assertThat(balancer.pick(bench)).isSameAs(bench.servers.get(taken));
  }

  @Test
  void moreWorkersMakeARequestBeforeItCountLess() {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(0).running = 3;
    bench.servers.get(1).running = 5;
    bench.servers.get(1).workers = 4;
    bench.report(balancer);

    assertThat(balancer.pick(bench)).isSameAs(bench.servers.get(1));
  }

  @Test
  void whatWasChosenCountsAtOnceSoThatCallsSpread() {
    PickBench bench = new PickBench(4, 1);
    bench.report(balancer);

    Map<String, Integer> shares = bench.shares(balancer, 40);

    assertThat(shares.values()).containsExactly(10, 10, 10, 10);
  }

  @Test
  void oneCallAtATimeGoesToEachInTurn() {
    PickBench bench = new PickBench(3, 1);
    int[] shares = new int[3];
    for (int i = 0; i < 30; i++) {
      bench.report(balancer); // each is idle again
      shares[bench.servers.indexOf(bench.choose(balancer))]++;
    }

    assertThat(shares).containsExactly(10, 10, 10);
  }

  @Test
  void whoWasNotChosenForLongestComesFirstWhenItComesBack() {
    PickBench bench = new PickBench(3, 1);
    Server back = bench.servers.get(2);
    bench.candidates = bench.servers.subList(0, 2);
    for (int i = 0; i < 10; i++) {
      bench.report(balancer);
      bench.choose(balancer);
    }
    bench.candidates = bench.servers;
    bench.report(balancer);

    assertThat(bench.choose(balancer)).isSameAs(back);
  }

  @Test
  void howQuickQuickOnesAreDoesNotCount() {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(0).usualNs = 1_000;
    bench.servers.get(1).usualNs = 19_000;
    int[] shares = new int[2];
    for (int i = 0; i < 2 * 106; i++) {
      bench.report(balancer);
      shares[bench.servers.indexOf(bench.choose(balancer))]++;
    }

    assertThat(shares).as("twice 100 us for each").containsExactly(200, 12);
  }

  @Test
  void alikeMeansWithinAFewPerCent() {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(0).weight = 0.50;
    bench.servers.get(1).weight = 0.51;
    bench.report(balancer);

    Server first = bench.choose(balancer);
    bench.report(balancer);
    assertThat(bench.choose(balancer)).isNotSameAs(first);

    bench.servers.get(1).weight = 0.60;
    bench.report(balancer);
    bench.choose(balancer);
    bench.report(balancer);
    assertThat(bench.choose(balancer)).isSameAs(bench.servers.get(1));
  }

  @Test
  void quickCallsOfATurnShareABatchUntilAnotherWouldBeDoneSooner() {
    PickBench bench = quick(3, 4_000);

    for (int before = 0; before < 25; before++) { // the last ends after 100 us
      bench.servers.get(1).inFlight = before;
      bench.filling = bench.servers.get(1);
      assertThat(bench.choose(balancer)).as("behind %d", before).isSameAs(bench.filling);
    }
    bench.servers.get(1).inFlight = 25;
    assertThat(bench.choose(balancer)).isNotSameAs(bench.filling);
  }

  @Test
  void othersRequestsCountWhenABatchIsShared() {
    PickBench bench = quick(3, 4_000);
    bench.servers.get(1).running = 25;
    bench.report(balancer);
    bench.filling = bench.servers.get(1);

    assertThat(bench.choose(balancer)).isNotSameAs(bench.filling);
  }

  @Test
  void slowCallsOfATurnDoNotShareABatch() {
    PickBench bench = quick(3, 21_000);
    bench.filling = bench.choose(balancer);

    assertThat(bench.choose(balancer)).isNotSameAs(bench.filling);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"warms up", "no candidate", "not heard of", "failed of late"})
  void aBatchIsNotSharedIfItsServer(String what) {
    PickBench bench = quick(3, 4_000);
    Server server = bench.servers.get(1);
    bench.filling = server;
    switch (what) {
      case "warms up" -> server.weight = 0.9;
      case "no candidate" -> bench.candidates = List.of(bench.servers.get(0), bench.servers.get(2));
      case "not heard of" -> balancer.onGone(server);
      default -> {
        for (int i = 0; i < 25; i++) {
          balancer.onEnd(server, READ, Outcome.FAULT, 1, bench.now);
        }
        bench.report(balancer);
      }
    }

    assertThat(bench.choose(balancer)).isNotSameAs(server);
  }

  @Test
  void whoDoesNotKnowHowLongCallsTakeIsTakenForTheOthers() {
    PickBench bench = quick(3, 4_000);
    Server server = bench.servers.get(1);
    server.usualNs = 0;
    bench.report(balancer);
    bench.filling = server;

    assertThat(bench.choose(balancer)).isSameAs(server);
  }

  @Test
  void callsThatShareABatchAskNothing() {
    PickBench bench = quick(50, 100);
    bench.filling = bench.servers.get(1);
    for (int i = 0; i < 100; i++) {
      bench.choose(balancer);
      bench.report(balancer);
    }

    assertThat(bench.probed).isEmpty();
  }

  @Test
  void theQuickerCallsAreTheFewerProbesTheyAreWorth() {
    assertThat(probesOf(0, 0, 20_000, 400)).isBetween(90, 110);
    assertThat(probesOf(0, 0, 2_000, 400)).isBetween(9, 11);
  }

  private PickBench quick(int servers, long usualNs) {
    PickBench bench = new PickBench(servers, 1);
    bench.servers.forEach(server -> server.usualNs = usualNs);
    bench.report(balancer);
    return bench;
  }

  @Test
  void whatThisClientHasInFlightCountsEvenIfTheServerHasNotSeenIt() {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(0).inFlight = 5;
    bench.servers.get(1).running = 2;
    bench.report(balancer);

    assertThat(balancer.pick(bench)).isSameAs(bench.servers.get(1));
  }

  @Test
  void aYoungServerGetsLess() {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(0).weight = 0.1;
    bench.servers.get(1).running = 3;
    bench.report(balancer);

    assertThat(balancer.pick(bench)).isSameAs(bench.servers.get(1));
  }

  @Test
  void withoutFreshReportsACallWaitsForThreeProbes() {
    PickBench bench = new PickBench(10, 1);

    assertThat(balancer.pick(bench)).isNull();
    assertThat(bench.probed).hasSize(3).doesNotHaveDuplicates();
    assertThat(bench.waitNs).isEqualTo(3 * MS);

    bench.asked = 1;
    Server first = bench.probed.get(0);
    balancer.onReport(first, READ, first.usualNs, bench.now);
    assertThat(balancer.pick(bench)).as("one report is no choice").isNull();
    Server second = bench.probed.get(1);
    second.running = 1;
    balancer.onReport(second, READ, second.usualNs, bench.now);
    assertThat(balancer.pick(bench)).as("two are few").isNull();
    Server third = bench.probed.get(2);
    third.running = 2;
    balancer.onReport(third, READ, third.usualNs, bench.now);
    assertThat(balancer.pick(bench)).isSameAs(first);
    assertThat(bench.probed).as("waiting asks no more").hasSizeLessThanOrEqualTo(4);
  }

  @Test
  void probesThatACallWaitedForAreNotAskedForAgain() {
    PickBench bench = new PickBench(50, 1);
    bench.servers.forEach(server -> server.running = 1); // busy: one probe for each call
    int calls = 200;
    for (int i = 0; i < calls; i++) {
      bench.now += 60 * MS; // all reports are too old by then
      bench.asked = 0;
      assertThat(balancer.pick(bench)).isNull();
      bench.asked = 1;
      List<Server> asked = bench.probed.subList(bench.probed.size() - 3, bench.probed.size());
      List.copyOf(asked).forEach(one -> balancer.onReport(one, READ, one.usualNs, bench.now));
      assertThat(balancer.pick(bench)).isNotNull();
    }

    assertThat(bench.probed).hasSize(3 * calls);
  }

  @Test
  void callsThatWaitTogetherShareTheProbes() {
    PickBench bench = new PickBench(10, 1);

    for (int i = 0; i < 50; i++) {
      assertThat(balancer.pick(bench)).isNull();
    }

    assertThat(bench.probed).hasSize(3);
  }

  @Test
  void itNeverWaitsWhenItMustNot() {
    PickBench bench = new PickBench(10, 1);
    bench.mayWait = false;

    assertThat(balancer.pick(bench)).isNotNull();
  }

  @Test
  void whenTheWaitIsOverTwoAnswersAreEnough() {
    PickBench bench = new PickBench(10, 1);
    bench.servers.get(3).running = 1;
    balancer.onReport(bench.servers.get(3), READ, 10 * MS, bench.now);
    balancer.onReport(bench.servers.get(7), READ, 10 * MS, bench.now);

    bench.mayWait = false;

    assertThat(balancer.pick(bench)).isSameAs(bench.servers.get(7));
  }

  @Test
  void ofTwoServersNoThirdIsAwaited() {
    PickBench bench = new PickBench(2, 1);
    bench.report(balancer);

    assertThat(balancer.pick(bench)).isNotNull();
  }

  @Test
  void itDoesNotWaitForCallsThatAreShorterThanTheQuestion() {
    PickBench bench = new PickBench(3, 1);
    bench.servers.forEach(server -> server.usualNs = 100_000);
    Server only = bench.servers.get(0);
    balancer.onReport(only, READ, only.usualNs, bench.now);

    assertThat(balancer.pick(bench)).isNotNull();
  }

  @Test
  void oldReportsDoNotCount() {
    PickBench bench = new PickBench(3, 1);
    bench.report(balancer);

    bench.now += 51 * MS; // five times what calls take, and one

    assertThat(balancer.pick(bench)).isNull();
  }

  @Test
  void aServerThatRefusedManyCallsIsTrustedAgainAFewSecondsLater() {
    PickBench bench = new PickBench(10, 7);
    bench.servers.forEach(server -> server.workers = 4);
    Server full = bench.servers.get(3);
    for (int i = 0; i < 1000; i++) { // an overload
      balancer.onEnd(full, READ, Outcome.REFUSED, 1, bench.now);
    }
    bench.servers.forEach(server -> server.running = server == full ? 0 : 4);
    bench.report(balancer);
    assertThat(bench.choose(balancer)).isNotSameAs(full);

    bench.now += 6000 * MS;
    bench.report(balancer);
    assertThat(bench.choose(balancer)).isSameAs(full);
  }

  @Test
  void aServerThatFailsAtOnceDoesNotAttractTheCalls() {
    PickBench bench = new PickBench(10, 7);
    Server hole = bench.servers.get(3);
    bench.servers.forEach(server -> server.running = server == hole ? 0 : 2);
    hole.usualNs = 0; // it has never succeeded
    int fallen = 0;
    for (int i = 0; i < 5000; i++) {
      bench.report(balancer);
      Server choice = (Server) balancer.pick(bench);
      if (choice == hole) {
        fallen++;
        balancer.onEnd(hole, READ, Outcome.FAULT, 1, bench.now);
      }
      bench.now += MS;
    }

    assertThat(fallen).as("of 5,000 calls").isLessThan(10);
  }

  @Test
  void aFastLieIsBoundedByTheMedian() {
    PickBench bench = new PickBench(3, 1);
    bench.servers.get(0).usualNs = 1;
    bench.servers.get(0).running = 2;
    bench.report(balancer);

    assertThat(balancer.pick(bench)).isNotSameAs(bench.servers.get(0));
  }

  @Test
  void aServerWhoseOldestAttemptIsOverdueIsAvoidedBeforeItAnswers() {
    PickBench bench = new PickBench(2, 1);
    bench.servers.get(0).oldestAgeNs = 200 * MS;
    bench.servers.get(1).running = 2;
    bench.report(balancer);

    assertThat(balancer.pick(bench)).isSameAs(bench.servers.get(1));
  }

  @Test
  void busyServersAreProbedForMostCallsAndIdleOnesSeldom() {
    assertThat(probesOf(0, 0, 400)).isBetween(80, 120);
    assertThat(probesOf(1, 0, 400)).isBetween(290, 330);
  }

  @Test
  void aBusyClientProbesLess() {
    assertThat(probesOf(1, 1000, 400)).isBetween(80, 120);
  }

  private static int probesOf(int running, int inFlight, int calls) {
    return probesOf(running, inFlight, 10 * MS, calls);
  }

  private static int probesOf(int running, int inFlight, long usualNs, int calls) {
    PickBench bench = new PickBench(50, 3);
    SpeedWeightedProbing balancer = new SpeedWeightedProbing();
    bench.servers.forEach(server -> server.running = running);
    bench.servers.forEach(server -> server.usualNs = usualNs);
    bench.inFlight = inFlight;
    for (int i = 0; i < calls; i++) {
      bench.report(balancer);
      bench.now += 2 * MS;
      balancer.pick(bench);
    }
    return bench.probed.size();
  }

  @Test
  void onlyCandidatesAreTaken() {
    PickBench bench = new PickBench(4, 1);
    bench.report(balancer);
    bench.candidates = List.of(bench.servers.get(2), bench.servers.get(3));
    bench.servers.get(2).inFlight = 9;
    bench.servers.get(3).inFlight = 9;

    for (int i = 0; i < 20; i++) {
      assertThat(bench.candidates).contains((Server) balancer.pick(bench));
    }
  }

  @Test
  void aServerThatIsGoneIsForgotten() {
    PickBench bench = new PickBench(3, 1);
    bench.report(balancer);
    balancer.onGone(bench.servers.get(0));
    balancer.onGone(bench.servers.get(1));

    assertThat(balancer.pick(bench))
        .as("one report is left, and it is no choice")
        .isNull();
  }
}
