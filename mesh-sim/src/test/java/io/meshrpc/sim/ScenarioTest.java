package io.meshrpc.sim;

import static io.meshrpc.sim.Target.allClients;
import static io.meshrpc.sim.Target.anyClient;
import static io.meshrpc.sim.Target.anyServer;
import static io.meshrpc.sim.Target.client;
import static io.meshrpc.sim.Target.server;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.api.PeerState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScenarioTest {
  private static final long SEED = 1;

  @Test
  void inCalmWeatherEveryCallSucceedsAtItsFirstAttempt() {
    Outcome outcome = Scenario.named("calm").load(0.3).lasting(ofSeconds(5)).run(SEED);

    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.attemptsPerCall()).isEqualTo(1);
    assertThat(outcome.executions()).isEqualTo(outcome.calls().size());
    assertThat(outcome.calls().size()).as("load 0.3 of 12 workers, 10 ms").isBetween(1500, 2100);
    assertThat(outcome.latency(0.5, Duration.ZERO, ofSeconds(5)))
        .isBetween(ofMillis(3), ofMillis(15));
  }

  @Test
  void aCrashIsNoticedAndCostsIdempotentCallsNothing() {
    Outcome outcome = Scenario.named("crash")
        .servers(5)
        .clients(5)
        .load(0.8)
        .at(ofSeconds(2), Fault.crash(server(3)))
        .lasting(ofSeconds(4))
        .run(SEED);

    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.attemptsAt(3))
        .allMatch(at -> at.compareTo(ofMillis(2300)) < 0)
        .isNotEmpty();
    assertThat(outcome.moves(move -> move.to() == PeerState.DOWN && move.server() == 3))
        .hasSize(5);
    assertThat(outcome.attemptsPerCall()).isGreaterThan(1);
  }

  @Test
  void aCallThatMayHaveRunAtACrashedServerIsUnknown() {
    Outcome outcome = Scenario.named("crash of payments")
        .servers(2)
        .load(0.7)
        .idempotent(0)
        .at(ofSeconds(2), Fault.crash(server(0)))
        .lasting(ofSeconds(3))
        .run(SEED);

    assertThat(outcome.failures()).isNotEmpty();
    assertThat(outcome.failures())
        .allMatch(call -> call.execution() == io.meshrpc.api.Execution.UNKNOWN);
    assertThat(outcome.calls()).allMatch(call -> call.executions() <= 1);
  }

  @Test
  void aSilentDeathIsNoticedByItsSilence() {
    Outcome outcome = Scenario.named("vanish")
        .at(ofSeconds(2), Fault.vanish(server(0)))
        .lasting(ofSeconds(6))
        .run(SEED);

    assertThat(outcome.moves(move -> move.server() == 0 && move.to() == PeerState.DOWN))
        .hasSize(3)
        .allMatch(move -> move.at().compareTo(ofMillis(4500)) < 0)
        .allMatch(move -> move.reason().startsWith("silent for"));
    assertThat(outcome.goodput(ofSeconds(5), ofSeconds(6))).isEqualTo(1);
  }

  @Test
  void aPausedClientSuspectsNobody() {
    Outcome outcome = Scenario.named("pause of a client")
        .at(ofSeconds(3), Fault.pause(client(0), ofSeconds(5)))
        .lasting(ofSeconds(10))
        .run(SEED);

    assertThat(outcome.moves(move -> move.to() == PeerState.DOWN)).isEmpty();
  }

  @Test
  void framesOfAnEarlierConnectionThatReachANewProcessDoNotRun() {
    Scenario scenario = Scenario.named("stale pipe").servers(1).load(0.9).idempotent(0);
    for (int i = 1; i <= 10; i++) {
      scenario
          .at(ofMillis(300L * i - 40), Fault.stall(allClients(), server(0), ofMillis(60)))
          .at(ofMillis(300L * i), Fault.crash(server(0)))
          .at(ofMillis(300L * i + 5), Fault.start(server(0)));
    }
    Outcome outcome = scenario.lasting(ofSeconds(4)).run(SEED);

    assertThat(outcome.calls()).allMatch(call -> call.executions() <= 1);
  }

  @Test
  void handlersThatHangDoNotEndAndTheServerLives() {
    Outcome outcome = Scenario.named("hang")
        .at(ofSeconds(1), Fault.hang(server(0), true))
        .at(ofSeconds(2), Fault.hang(server(0), false))
        .lasting(ofSeconds(3))
        .run(SEED);

    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.latency(1, ofMillis(900), ofMillis(1500)))
        .as("those that ran when it began")
        .isGreaterThan(ofMillis(900));
    assertThat(outcome.moves(move -> move.to() == PeerState.DOWN)).isEmpty();
  }

  @Test
  void whatHappensAtRandomStrikesOneAfterTheOther() {
    Outcome outcome = Scenario.named("random")
        .randomly(ofMillis(200), Fault.reset(anyClient(), anyServer()))
        .lasting(ofSeconds(10))
        .run(SEED);

    List<Outcome.Move> lost = outcome.moves(move -> move.reason().equals("connection lost"));
    assertThat(lost.size()).as("resets in 10 s").isBetween(25, 75);
    assertThat(lost).extracting(Outcome.Move::client).contains(0, 1, 2);
    assertThat(lost).extracting(Outcome.Move::server).contains(0, 1, 2);
  }

  @Test
  void theSameSeedBringsTheSameOutcome() {
    Scenario scenario = Scenario.named("twice").at(ofSeconds(1), Fault.crash(server(0)));

    assertThat(scenario.run(5).traceHash()).isEqualTo(scenario.run(5).traceHash());
    assertThat(scenario.run(5).traceHash()).isNotEqualTo(scenario.run(6).traceHash());
  }

  @Test
  void aFaultOfANodeThatIsNotThereIsSaidAtOnce() {
    Scenario scenario = Scenario.named("wrong").at(ofSeconds(1), Fault.crash(server(3)));

    assertThatThrownBy(() -> scenario.run(SEED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("server 3 (expected: one of 3 servers)");
  }

  @ParameterizedTest
  @MethodSource("named")
  void everyScenarioThatHasANameHolds(String name) {
    Run run = Run.of(Scenarios.named(name).orElseThrow(), SEED);

    assertThat(run.report()).isNull();
  }

  static List<String> named() {
    return Scenarios.all().stream().map(Play::name).toList();
  }
}
