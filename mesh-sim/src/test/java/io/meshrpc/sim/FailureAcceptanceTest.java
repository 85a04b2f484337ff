package io.meshrpc.sim;

import static io.meshrpc.sim.Target.allClients;
import static io.meshrpc.sim.Target.server;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.RetryPolicy;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server costs that dies, falls silent, hangs or fails: A1, A2, A6 and A8. */
class FailureAcceptanceTest {
  private record Crash(int failed, Duration lastAttempt, Duration before, Duration after) {}

  @Test
  void a1_aCrashFailsNoCall() {
    Duration moment = ofSeconds(3);
    List<Crash> all = Acceptance.play(2, 50, seed -> {
      Outcome outcome = Scenario.named("a1 crash of one server in twenty")
          .servers(20)
          .clients(20)
          .load(0.7)
          .at(moment, Fault.crash(server(3)))
          .lasting(ofSeconds(5))
          .run(seed);
      return new Crash(
          outcome.failures().size(),
          lastAttempt(outcome, 3, ofSeconds(5)).minus(moment),
          outcome.latency(0.999, ofSeconds(1), moment),
          outcome.latency(0.999, moment, ofSeconds(5)));
    });

    Acceptance.figure(
        "A1",
        "%d seeds: %d failed calls, last attempt %d ms after the crash, p99.9 %d ms before and %d ms after",
        all.size(),
        all.stream().mapToInt(Crash::failed).sum(),
        longest(all.stream().map(Crash::lastAttempt).toList()).toMillis(),
        longest(all.stream().map(Crash::before).toList()).toMillis(),
        longest(all.stream().map(Crash::after).toList()).toMillis());
    assertThat(all).allMatch(each -> each.failed == 0);
    assertThat(all).allMatch(each -> each.lastAttempt.compareTo(ofMillis(300)) <= 0);
    assertThat(all)
        .allMatch(each -> each.after.compareTo(each.before.multipliedBy(2).plusMillis(300)) <= 0);
  }

  private record Death(Duration suspect, Duration down, long slow, long calls, int failed) {}

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a2_aSilentDeathIsNoticedAndHardlyDelaysACall(boolean halfOpen) {
    Duration moment = ofSeconds(2);
    Fault death = halfOpen ? Fault.halfOpen(allClients(), server(3)) : Fault.vanish(server(3));
    List<Death> all = Acceptance.play(2, 100, seed -> {
      Outcome outcome = Scenario.named("a2 " + death)
          .servers(10)
          .clients(10)
          .load(0.5)
          .at(moment, death)
          .lasting(ofMillis(4900))
          .run(seed);
      List<Duration> suspects = movesTo(PeerState.SUSPECT, outcome, moment);
      List<Duration> downs = movesTo(PeerState.DOWN, outcome, moment);
      assertThat(downs).as("clients that noticed").hasSize(10);
      Duration calm = outcome.latency(0.99, ofSeconds(1), moment);
      List<Outcome.Call> calls = outcome.calls(moment, ofMillis(4500));
      long slow = calls.stream()
          .filter(call ->
              call.latency().compareTo(suspects.get(call.client()).plus(calm.multipliedBy(2))) > 0)
          .count();
      int failed = outcome.failures().size();
      return new Death(longest(suspects), longest(downs), slow, calls.size(), failed);
    });

    double slow = all.stream().mapToLong(Death::slow).sum();
    double calls = all.stream().mapToLong(Death::calls).sum();
    Acceptance.figure(
        "A2",
        "%s, %d seeds: SUSPECT after %d ms, DOWN after %d ms at the latest; %.4f %% of calls late, %d failed",
        death,
        all.size(),
        longest(all.stream().map(Death::suspect).toList()).toMillis(),
        longest(all.stream().map(Death::down).toList()).toMillis(),
        100 * slow / calls,
        all.stream().mapToInt(Death::failed).sum());
    assertThat(all).allMatch(each -> each.down.compareTo(ofMillis(2200)) <= 0);
    assertThat(slow / calls).isLessThanOrEqualTo(0.001);
    assertThat(all).allMatch(each -> each.failed == 0);
  }

  private record Hang(Duration lastAttempt, int suspecting, long back) {}

  @Test
  void a6_aServerWhoseHandlersHangGetsNoNewWork() {
    Duration moment = ofSeconds(2);
    Duration end = ofSeconds(9); // when the calls that hang have reached their deadline
    List<Hang> all = Acceptance.play(2, 50, seed -> {
      Outcome outcome = Scenario.named("a6 hanging handlers")
          .servers(10)
          .clients(10)
          .load(0.7)
          .at(moment, Fault.hang(server(3), true))
          .lasting(end)
          .run(seed);
      return new Hang(
          lastAttempt(outcome, 3, end).minus(moment),
          outcome
              .moves(move -> move.server() == 3
                  && move.to() == PeerState.SUSPECT
                  && move.reason().startsWith("stalled"))
              .size(),
          outcome
              .moves(move -> move.server() == 3
                  && move.from() == PeerState.SUSPECT
                  && move.at().compareTo(end) < 0)
              .size());
    });

    Acceptance.figure(
        "A6",
        "%d seeds: last attempt %d ms after the handlers hung",
        all.size(),
        longest(all.stream().map(Hang::lastAttempt).toList()).toMillis());
    assertThat(all).allMatch(each -> each.lastAttempt.compareTo(ofMillis(1500)) <= 0);
    assertThat(all).as("clients that saw it").allMatch(each -> each.suspecting == 10);
    assertThat(all).as("that took it for well again").allMatch(each -> each.back == 0);
  }

  @Test
  void a8_aServerThatFailsFastIsLeftAlone() {
    List<Double> errors = Acceptance.play(2, 50, seed -> {
      Outcome outcome = failFast(RetryPolicy.NEVER, seed);
      return 1 - outcome.goodput(ofSeconds(6), ofSeconds(9));
    });

    double mean = errors.stream().mapToDouble(each -> each).average().orElse(1);
    double worst = errors.stream().mapToDouble(each -> each).max().orElse(1);
    Acceptance.figure(
        "A8",
        "%d seeds without retries: %.4f %% of calls fail after 5 s, %.4f %% in the worst seed",
        errors.size(),
        100 * mean,
        100 * worst);
    assertThat(worst).isLessThanOrEqualTo(0.002);
  }

  @Test
  void a8_withRetriesAServerThatFailsFastFailsNoCall() {
    List<Integer> failed = Acceptance.play(2, 50, seed -> {
      RetryPolicy policy = RetryPolicy.DEFAULT.withRetryableCodes(Set.of(Code.INTERNAL));
      return failFast(policy, seed).failures().size();
    });

    int sum = failed.stream().mapToInt(each -> each).sum();
    Acceptance.figure("A8", "%d seeds with retries: %d failed calls", failed.size(), sum);
    assertThat(sum).isZero();
  }

  private static Outcome failFast(RetryPolicy policy, long seed) {
    return Scenario.named("a8 one server in fifty fails fast")
        .servers(50)
        .clients(10)
        .workers(2)
        .service(ServiceTime.exponential(ofMillis(20)))
        .load(0.5)
        .retry(policy)
        .at(ofSeconds(1), Fault.failFast(server(3), true))
        .lasting(ofSeconds(9))
        .run(seed);
  }

  /** The last attempt before the end, when all is healed. */
  private static Duration lastAttempt(Outcome outcome, int server, Duration end) {
    return outcome.attemptsAt(server).stream()
        .filter(at -> at.compareTo(end) < 0)
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  /** When each client moved server 3 for the first time, counted from the moment; by client. */
  private static List<Duration> movesTo(PeerState state, Outcome outcome, Duration moment) {
    return outcome
        .moves(move -> move.server() == 3 && move.to() == state && move.at().compareTo(moment) >= 0)
        .stream()
        .collect(java.util.stream.Collectors.toMap(
            Outcome.Move::client,
            move -> move.at().minus(moment),
            (first, later) -> first,
            java.util.TreeMap::new))
        .values()
        .stream()
        .toList();
  }

  private static Duration longest(List<Duration> all) {
    return all.stream().max(Comparator.naturalOrder()).orElse(Duration.ZERO);
  }
}
