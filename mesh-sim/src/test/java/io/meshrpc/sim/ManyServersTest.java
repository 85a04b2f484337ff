package io.meshrpc.sim;

import static io.meshrpc.sim.Target.client;
import static io.meshrpc.sim.Target.server;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LeastLoaded;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.RoundRobin;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What calls see when most or all servers fall silent at once; see docs/guide/liveness.md. */
class ManyServersTest {
  private static final long SEED = 1;

  static Stream<Supplier<LoadBalancer>> balancers() {
    return Stream.of(LeastLoaded::new, RoundRobin::new);
  }

  @ParameterizedTest
  @MethodSource("balancers")
  void ifSixtyPercentDieInSilenceTheOthersCarryTheirCalls(Supplier<LoadBalancer> balancer) {
    Scenario scenario = mesh("silence of 60 %").load(0.3).balancer(balancer);
    for (int i = 0; i < 12; i++) {
      scenario.at(ofSeconds(2), Fault.vanish(server(i)));
    }
    Outcome outcome = scenario.lasting(ofSeconds(8)).run(SEED);

    assertThat(outcome.goodput(ofSeconds(2), ofSeconds(8))).isGreaterThanOrEqualTo(0.99);
    assertThat(outcome.latency(0.99, ofSeconds(5), ofSeconds(8))).isLessThan(ofMillis(150));
    assertThat(outcome.moves(move -> move.to() == PeerState.DOWN))
        .as("12 servers at each of 10 clients, and all in time")
        .hasSize(120)
        .allMatch(move -> move.at().compareTo(ofMillis(4500)) < 0);
  }

  @ParameterizedTest
  @MethodSource("balancers")
  void ifOnlyPingsToSixtyPercentAreLostNothingIsLost(Supplier<LoadBalancer> balancer) {
    Scenario scenario = mesh("loss of pings").load(0.5).balancer(balancer);
    for (int i = 0; i < 12; i++) {
      scenario.at(ofSeconds(2), Fault.losePings(client(0), server(i)));
    }
    Outcome outcome = scenario.lasting(ofSeconds(8)).run(SEED);

    assertThat(outcome.goodput(Duration.ZERO, ofSeconds(8))).isGreaterThanOrEqualTo(0.99);
    long[] shares = IntStream.range(0, 20)
        .mapToLong(i -> between(outcome, i, ofSeconds(3), ofSeconds(8)))
        .toArray();
    double mean = IntStream.range(0, 20).mapToLong(i -> shares[i]).average().orElseThrow();
    assertThat(IntStream.range(0, 20).mapToLong(i -> shares[i]).max().orElseThrow())
        .isLessThanOrEqualTo((long) (1.5 * mean));
  }

  @Test
  void aClientWhoseCableIsOutForThreeSecondsFindsItsServersWhereTheyWere() {
    Outcome outcome = mesh("cable")
        .load(0.3)
        .at(ofSeconds(2), Fault.stall(client(0), Target.allServers(), ofSeconds(3)))
        .at(ofSeconds(2), Fault.stall(Target.allServers(), client(0), ofSeconds(3)))
        .lasting(ofSeconds(7))
        .run(SEED);

    assertThat(outcome.moves(move -> move.to() == PeerState.DOWN)).isEmpty();
    assertThat(outcome.failures()).isEmpty();
  }

  @Test
  void anOutageOfAllIsOverSoonerIfCallsComeBackInProportion() {
    Outcome poured = outage(LivenessSettings.DEFAULTS.withMassRecovery(0, ofSeconds(2)));
    Outcome paced = outage(LivenessSettings.DEFAULTS);

    double before = poured.goodput(ofSeconds(4), ofSeconds(6));
    assertThat(paced.goodput(ofSeconds(4), ofSeconds(6))).isGreaterThan(before + 0.1);
    assertThat(paced.goodput(ofSeconds(7), ofSeconds(9))).isEqualTo(1);
    assertThat(paced.attemptsPerCall()).isLessThan(poured.attemptsPerCall());
  }

  @Test
  void aServerThatFailsHalfOfItsCallsIsLeftOutMostOfTheTime() {
    Scenario scenario =
        mesh("flaky").load(0.3).clients(2).balancer(RoundRobin::new); // who shuns none
    for (int i = 0;
        i < 1000;
        i++) { // fails half of the time, and never five times in a row for long
      scenario.at(ofMillis(1000 + 8L * i), Fault.failFast(server(3), i % 2 == 0));
    }
    Outcome outcome = scenario.lasting(ofSeconds(9)).run(SEED);

    assertThat(outcome.moves(
            move -> move.to() == PeerState.EJECTED && move.reason().startsWith("only")))
        .isNotEmpty()
        .allMatch(move -> move.server() == 3);
    assertThat(between(outcome, 3, ofSeconds(5), ofSeconds(9)))
        .isLessThan(between(outcome, 4, ofSeconds(5), ofSeconds(9)) / 3);
  }

  private static Outcome outage(LivenessSettings settings) {
    Scenario scenario = mesh("outage")
        .load(0.5)
        .queue(100)
        .deadline(ofSeconds(2))
        .liveness(settings)
        .at(ofSeconds(2), Fault.crash(Target.allServers()));
    for (int i = 0; i < 20; i++) {
      scenario.at(ofMillis(4000 + 150L * i), Fault.start(server(i)));
    }
    return scenario.lasting(ofSeconds(9)).run(SEED);
  }

  private static Scenario mesh(String name) {
    return Scenario.named(name).servers(20).clients(10);
  }

  private static long between(Outcome outcome, int server, Duration from, Duration until) {
    return outcome.attemptsAt(server).stream()
        .filter(at -> at.compareTo(from) >= 0 && at.compareTo(until) < 0)
        .count();
  }
}
