package io.meshrpc.sim.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.PeerView;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.policy.SpeedWeightedProbing;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SimulationTest {
  private static final Timing TWO_SECONDS = Timing.ofSeconds(2);

  private static Scenario small() {
    return new Scenario("T", "small").size(20, 20).load(0.7);
  }

  static Stream<String> scenarios() {
    return new Scenarios().ids().stream();
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void eachScenarioRunsAndEachCallIsCounted(String id) {
    Timing timing = new Timing(50_000_000, 50_000_000);
    Tally tally =
        new Simulation(new Scenarios().make(id), SpeedWeightedProbing::new, 1, timing).run();

    assertThat(tally.due()).isPositive();
    assertThat(tally.ended()).isEqualTo(tally.due());
    assertThat(tally.quantileMs(0.5)).isPositive();
  }

  @Test
  void theSameSeedGivesTheSameResult() {
    Run run = new Run("S12", "default", 5, Double.NaN, 2);

    assertThat(run.perform()).isEqualTo(run.perform());
  }

  @Test
  void anotherSeedGivesAnotherResult() {
    Result one = new Run("S12", "default", 5, Double.NaN, 2).perform();
    Result other = new Run("S12", "default", -6, Double.NaN, 2).perform();

    assertThat(one.p99Ms()).isNotEqualTo(other.p99Ms());
  }

  @Test
  void resultsDoNotDependOnTheThreads() throws InterruptedException {
    List<Run> runs = Stream.of(1L, 2L, 3L, 4L)
        .map(seed -> new Run("S12b", "default", seed, Double.NaN, 1))
        .toList();

    assertThat(new Runner(3).perform(runs, any -> {}))
        .isEqualTo(new Runner(1).perform(runs, any -> {}));
  }

  @Test
  void loadIsTheShareOfWorkerTimeThatIsUsed() {
    Simulation simulation = new Simulation(small(), RoundRobin::new, 1, Timing.ofSeconds(20));
    simulation.run();

    assertThat(simulation.utilisation(80)).isCloseTo(0.7, within(0.015));
  }

  @Test
  void loadCountsSlowServersByTheirSpeed() {
    Scenario half = small().slow(1, 0.5);
    Simulation simulation = new Simulation(half, RoundRobin::new, 1, Timing.ofSeconds(20));
    Tally tally = simulation.run();

    assertThat(simulation.utilisation(80)).isCloseTo(0.7, within(0.015));
    assertThat(tally.due() / 20.0).isCloseTo(0.7 * 80 * 0.5 / 0.010, within(60.0));
  }

  @Test
  void eachPolicyMeetsTheSameCalls() {
    Tally one = new Simulation(small(), RoundRobin::new, 3, TWO_SECONDS).run();
    Tally other = new Simulation(small(), Oracle::new, 3, TWO_SECONDS).run();

    assertThat(one.due()).isEqualTo(other.due());
  }

  @Test
  void callsGoOnComingWhileServersStandStill() {
    Scenario stopped = small().paces((rank, timing) -> new StopsForGood());
    Tally tally = new Simulation(stopped, RoundRobin::new, 1, TWO_SECONDS).run();

    assertThat(tally.due() / 2.0).isCloseTo(0.7 * 80 / 0.010, within(300.0));
    assertThat(tally.ended()).isEqualTo(tally.due());
    assertThat(tally.errorRate()).isEqualTo(1);
    assertThat(tally.quantileMs(0.01)).isEqualTo(5000);
  }

  @Test
  void aStopIsInTheLatencyOfAllCallsThatWereDueDuringIt() {
    Scenario paused = small()
        .paces(
            (rank, timing) -> Pace.slowBetween(timing.at(0.2), timing.at(0.2) + 1_000_000_000L, 0));
    Tally tally = new Simulation(paused, RoundRobin::new, 1, TWO_SECONDS).run();

    // Half of the calls were due in the second that stood still, evenly.
    assertThat(tally.quantileMs(0.99)).isGreaterThan(950);
    assertThat(tally.quantileMs(0.80)).isGreaterThan(500);
  }

  @Test
  void callsThatFailHaveNoLatencyAndCountAsErrors() {
    Tally tally = new Simulation(small().failFast(0.25), RoundRobin::new, 1, TWO_SECONDS).run();

    assertThat(tally.errorRate()).isCloseTo(0.25, within(0.01));
    assertThat(tally.quantileMs(0.01)).isGreaterThan(0.5 + 0.05);
    assertThat(tally.ended()).isEqualTo(tally.due());
  }

  @Test
  void aPolicyWithoutQuestionsCostsTwoMessages() {
    Tally tally = new Simulation(small(), RoundRobin::new, 1, TWO_SECONDS).run();

    assertThat(tally.messagesPerRequest()).isCloseTo(2, within(0.01));
  }

  @Test
  void aChoiceThatIsPutOffIsMadeWhenItsTimeHasPassed() {
    Tally tally = new Simulation(small().load(0.1), Dawdler::new, 1, TWO_SECONDS).run();

    // 2 ms put off, 10 ms of work with a median of 6.9, 0.6 ms on the way.
    assertThat(tally.quantileMs(0.001)).isGreaterThan(2.5);
    assertThat(tally.meanMs()).isCloseTo(12.6, within(0.6));
  }

  @Test
  void anAnsweredQuestionEndsTheWaiting() {
    Tally tally = new Simulation(small().load(0.1), Asker::new, 1, TWO_SECONDS).run();

    assertThat(tally.messagesPerRequest()).isCloseTo(4, within(0.02));
    assertThat(tally.meanMs()).isCloseTo(11.2, within(0.6));
  }

  @Test
  void withAllProbesLostNobodyWaitsLongerThanAllowed() {
    // So few calls that hardly one is asked again because another one's answer came.
    Scenario lost = small().load(0.001).probes(1, 0);
    Tally tally = new Simulation(lost, Asker::new, 1, Timing.ofSeconds(200)).run();

    assertThat(tally.ended()).isEqualTo(tally.due());
    assertThat(tally.meanMs()).isCloseTo(60.1, within(1.2));
  }

  @Test
  void theOracleWithOneServerIsTheQueueOfTheory() {
    // M/M/4 at load 0.8: Erlang C is 0.5964, so the mean is 10 * (1 + 0.5964 / (4 * 0.2)) ms.
    Scenario one = new Scenario("T", "one server").size(1, 1).load(0.8);
    Tally tally = new Simulation(one, Oracle::new, 1, Timing.ofSeconds(400)).run();

    assertThat(tally.meanMs() - 0.6).isCloseTo(10 * (1 + 0.5964 / 0.8), within(0.7));
  }

  @Test
  void theOracleComesNearToOneQueueForAllServers() {
    // M/M/400 at load 0.9 hardly queues: Erlang C is below 0.02. Then p99 is that of the work.
    Scenario all = new Scenario("T", "many").size(100, 100).load(0.9);
    Tally tally = new Simulation(all, Oracle::new, 1, TWO_SECONDS).run();

    assertThat(tally.quantileMs(0.99)).isCloseTo(10 * Math.log(100) + 0.6, within(1.5));
    assertThat(tally.quantileMs(0.5)).isCloseTo(10 * Math.log(2) + 0.6, within(0.4));
  }

  /** Stands still from the first moment. */
  private static final class StopsForGood implements Pace {
    @Override
    public double start(java.util.random.RandomGenerator random) {
      return 0;
    }

    @Override
    public Change next(double speed, long nowNs, java.util.random.RandomGenerator random) {
      return null;
    }

    @Override
    public double mean() {
      return 1;
    }
  }

  /** Puts each choice off for 2 ms. */
  private static final class Dawdler implements LoadBalancer {
    @Override
    public PeerView pick(Pick pick) {
      pick.waitAtMost(2_000_000);
      return pick.mayWait() ? null : pick.candidates().get(pick.random().nextInt(20));
    }
  }

  /** Asks one server for each call, waits for the answer, 50 ms at most. */
  private static final class Asker implements LoadBalancer {
    @Override
    public PeerView pick(Pick pick) {
      PeerView one = pick.candidates().get(pick.random().nextInt(20));
      if (pick.asked() > 0 || !pick.mayWait()) {
        return one;
      }
      pick.waitAtMost(50_000_000);
      pick.probe(one);
      return null;
    }
  }
}
