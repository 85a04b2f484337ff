package io.meshrpc.policy;

import static io.meshrpc.policy.PickBench.MS;
import static io.meshrpc.policy.PickBench.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.LoadBalancer.Outcome;
import io.meshrpc.policy.PickBench.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Where attempts took long, fewer go, until it is forgotten. */
class P2cPeakEwmaTest {
  private final P2cPeakEwma balancer = new P2cPeakEwma();
  private final PickBench bench = new PickBench(2, 1);
  private final Server one = bench.servers.get(0);
  private final Server other = bench.servers.get(1);

  private void took(Server server, long tookNs) {
    balancer.onEnd(server, READ, Outcome.SUCCESS, tookNs, bench.now);
  }

  private void assertTaken(Server server) {
    for (int i = 0; i < 20; i++) {
      assertThat(bench.choose(balancer)).isSameAs(server);
    }
  }

  @ParameterizedTest(name = "{0} ms, {1} in flight, weight {2}: s{3}")
  @CsvSource({
    "10, 0, 1.0, 0",
    "41, 0, 1.0, 1",
    "10, 2, 1.0, 0",
    "10, 4, 1.0, 1",
    "10, 0, 0.3, 0",
    "10, 0, 0.2, 1",
  })
  void besideAServerThatTakes40Ms(int tookMs, int inFlight, double weight, int taken) {
    took(one, tookMs * MS);
    one.inFlight = inFlight;
    one.weight = weight;
    took(other, 40 * MS);

    assertTaken(bench.servers.get(taken));
  }

  @Test
  void aPeakCountsAtOnceAndAGoodTimeLittleByLittle() {
    took(one, 10 * MS);
    took(other, 50 * MS);
    took(one, 100 * MS);
    assertTaken(other);

    bench.now += 1_000 * MS; // a tenth of the fading time: 100 becomes 91
    took(one, 10 * MS);
    took(other, 50 * MS);
    assertTaken(other);

    bench.now += 10_000 * MS; // 40
    took(one, 10 * MS);
    took(other, 50 * MS);
    assertTaken(one);
  }

  @Test
  void aPeakFadesEvenIfNothingIsHeard() {
    took(one, 1000 * MS);
    bench.now += 30_000 * MS; // three times the fading time: 1000 becomes 50
    took(other, 49 * MS);
    assertTaken(other);
    took(other, 51 * MS);
    assertTaken(one);
  }

  @Test
  void aServerThatWasNeverMeasuredGetsOneAttemptAndNoSecondBeforeTheFirstHasEnded() {
    took(one, 10 * MS);
    assertTaken(other);

    other.inFlight = 1;
    one.inFlight = 1000;
    assertTaken(one);
  }

  @Test
  void ofTwoThatWereNeverMeasuredTheLessBusyIsTaken() {
    one.inFlight = 2;
    other.inFlight = 1;

    assertTaken(other);
  }

  @ParameterizedTest
  @EnumSource(
      value = Outcome.class,
      names = {"FAULT", "REFUSED", "SILENT"})
  void aFailureCountsAsFiveSecondsHoweverFastItCame(Outcome failure) {
    took(one, 10 * MS);
    balancer.onEnd(one, READ, failure, 1, bench.now);
    took(other, 4_999 * MS);
    assertTaken(other);

    took(other, 5_001 * MS);
    assertTaken(one);
  }

  @Test
  void aFailureThatTookLongerCountsAsLongAsItTook() {
    balancer.onEnd(one, READ, Outcome.SILENT, 9_000 * MS, bench.now);
    took(other, 8_000 * MS);

    assertTaken(other);
  }

  @Test
  void anErrorThatIsNotTheServersFaultCountsAsLongAsItTook() {
    balancer.onEnd(one, READ, Outcome.ANSWERED, 10 * MS, bench.now);
    took(other, 20 * MS);

    assertTaken(one);
  }

  @Test
  void whatWasLetGoTellsNothing() {
    took(one, 10 * MS);
    took(other, 20 * MS);
    balancer.onEnd(one, READ, Outcome.LET_GO, 900 * MS, bench.now);

    assertTaken(one);
  }

  @Test
  void aServerThatFailsAtOnceDoesNotAttractTheCalls() {
    PickBench fleet = new PickBench(10, 7);
    Server hole = fleet.servers.get(3);
    int fallen = 0;
    for (int i = 0; i < 5000; i++) {
      Server choice = fleet.choose(balancer);
      fallen += choice == hole ? 1 : 0;
      balancer.onEnd(
          choice,
          READ,
          choice == hole ? Outcome.FAULT : Outcome.SUCCESS,
          choice == hole ? 1 : 10 * MS,
          fleet.now);
      fleet.now += MS;
    }

    assertThat(fallen).as("of 5,000 calls").isBetween(1, 3);
  }

  @Test
  void aServerThatIsGoneWasNeverMeasured() {
    took(one, 10 * MS);
    took(other, 20 * MS);
    balancer.onGone(other);

    assertTaken(other);
  }
}
