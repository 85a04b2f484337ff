package io.meshrpc.sim;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Priority;
import io.meshrpc.api.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mesh does that is asked for more than it can do. Handlers take 10 ms, exponential. */
class OverloadAcceptanceTest {
  private static final int SERVERS = 10;

  @ParameterizedTest
  @CsvSource({"4, 1", "4, 2", "16, 1"})
  void serversThatAreBusyAndNotOverloadedRefuseNobody(int workers, long seed) {
    Outcome outcome = Scenario.named("busy")
        .servers(40 / workers)
        .workers(workers)
        .clients(20)
        .load(0.9)
        .deadline(ofMillis(500))
        .lasting(ofSeconds(5))
        .run(seed);

    assertThat(outcome.goodput(Duration.ZERO, ofSeconds(5)))
        .as("%s", outcome)
        .isGreaterThanOrEqualTo(0.9995);
  }

  /** All servers are at 0.3 of their speed from 3 s to 6 s. */
  @ParameterizedTest
  @CsvSource({"0.70, 1", "0.70, 2", "0.85, 1", "0.85, 2"})
  void a9AfterABrownoutGoodputIsBackWithinASecond(double load, long seed) {
    Scenario scenario = Scenario.named("brownout")
        .servers(SERVERS)
        .clients(20)
        .load(load)
        .deadline(ofSeconds(1))
        .retry(RetryPolicy.DEFAULT.withMaxAttempts(4)) // three retries
        .at(ofSeconds(3), Fault.speed(Target.allServers(), 0.3))
        .at(ofSeconds(6), Fault.speed(Target.allServers(), 1))
        .lasting(ofSeconds(9));

    Outcome outcome = scenario.run(seed);

    double during = outcome.goodput(ofSeconds(3), ofSeconds(6)) / (0.3 / load);
    double after = outcome.goodput(ofSeconds(7), ofSeconds(9));
    String figures = "A9 load %.2f seed %d: %.2f of the ideal during, %.4f from 1 s after, %s"
        .formatted(load, seed, during, after, outcome);
    assertThat(outcome.goodput(ofSeconds(1), ofSeconds(3))).as(figures).isGreaterThan(0.99);
    assertThat(during).as(figures).isGreaterThanOrEqualTo(0.5);
    assertThat(after).as(figures).isGreaterThanOrEqualTo(0.99);
    assertThat(outcome.attemptsPerCall()).as(figures).isLessThanOrEqualTo(1.12);
  }

  /** Half as much again as the servers can do; critical calls are less than 0.7 of that. */
  @ParameterizedTest
  @CsvSource({
    "0.40, 0, 0, 500, 1",
    "0.40, 0, 0, 1000, 2",
    "0.44, 0.2, 0.1, 500, 1",
    "0.44, 0.2, 0.1, 1000, 2",
    "0.2, 0.2, 0.2, 500, 1"
  })
  void a10InAnOverloadWorkGoesOnAndCriticalCallsSucceed(
      double critical, double high, double sheddable, int deadlineMs, long seed) {
    Outcome outcome = Scenario.named("overload")
        .servers(SERVERS)
        .clients(20)
        .load(1.5)
        .priorities(critical, high, sheddable)
        .deadline(ofMillis(deadlineMs))
        .lasting(ofSeconds(6))
        .run(seed);

    List<Outcome.Call> calls = outcome.calls(ofSeconds(2), ofSeconds(5));
    double done = outcome.calls().stream()
            .filter(call -> call.isOk() && call.ended().compareTo(ofSeconds(2)) >= 0)
            .filter(call -> call.ended().compareTo(ofSeconds(5)) < 0)
            .count()
        / (3.0 * SERVERS * 4 * 100);
    double criticals = successes(calls, call -> call.priority() == Priority.CRITICAL);
    Duration p99 = latency(calls, 0.99, Outcome.Call::isOk);
    String figures =
        ("A10 critical %.2f deadline %d ms seed %d: %.3f of capacity, p99 %d ms, critical %.4f,"
                + " high %.3f, normal %.3f, sheddable %.3f, %s")
            .formatted(
                critical * 1.5,
                deadlineMs,
                seed,
                done,
                p99.toMillis(),
                criticals,
                successes(calls, call -> call.priority() == Priority.HIGH),
                successes(calls, call -> call.priority() == Priority.NORMAL),
                successes(calls, call -> call.priority() == Priority.SHEDDABLE),
                outcome);
    assertThat(done).as(figures).isGreaterThanOrEqualTo(0.95);
    assertThat(p99).as(figures).isLessThanOrEqualTo(ofMillis(deadlineMs / 2));
    assertThat(criticals).as(figures).isGreaterThanOrEqualTo(0.99);
  }

  /** Ten clients make a load of 0.6; with ten times as many calls of one it is 1.14. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void a11OthersHardlyNoticeAClientThatSendsTenTimesAsMuch(long seed) {
    Outcome alone = crowd().run(seed);
    Outcome beside = crowd().at(ofMillis(1), Fault.calls(Target.client(0), 10)).run(seed);

    Predicate<Outcome.Call> others = call -> call.client() != 0;
    Duration before = latency(alone.calls(ofSeconds(2), ofSeconds(6)), 0.99, others);
    Duration after = latency(beside.calls(ofSeconds(2), ofSeconds(6)), 0.99, others);
    double ok = successes(beside.calls(ofSeconds(2), ofSeconds(6)), others);
    String figures = "A11 seed %d: p99 of others %.1f ms alone, %.1f ms beside it, %.5f succeed, %s"
        .formatted(seed, before.toNanos() / 1e6, after.toNanos() / 1e6, ok, beside);
    assertThat(ok).as(figures).isGreaterThan(0.999);
    assertThat(after.toNanos()).as(figures).isLessThanOrEqualTo((long) (before.toNanos() * 1.2));
  }

  private static Scenario crowd() {
    return Scenario.named("crowd")
        .servers(3)
        .workers(16)
        .clients(10)
        .load(0.6)
        .deadline(ofSeconds(1))
        .lasting(ofSeconds(6));
  }

  private static double successes(List<Outcome.Call> calls, Predicate<Outcome.Call> which) {
    long all = calls.stream().filter(which).count();
    long good = calls.stream().filter(which).filter(Outcome.Call::isOk).count();
    return all == 0 ? 1 : (double) good / all;
  }

  private static Duration latency(
      List<Outcome.Call> calls, double share, Predicate<Outcome.Call> which) {
    long[] all = calls.stream()
        .filter(which)
        .mapToLong(call -> call.latency().toNanos())
        .sorted()
        .toArray();
    return Duration.ofNanos(all[(int) Math.ceil(share * all.length) - 1]);
  }
}
