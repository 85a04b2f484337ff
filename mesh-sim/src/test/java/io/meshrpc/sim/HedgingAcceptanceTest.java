package io.meshrpc.sim;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.HedgePolicy;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * What hedges are for, A12: one run in a hundred takes twenty times as long. Each seed is played with
 * and without hedges; the median over the seeds counts.
 */
class HedgingAcceptanceTest {
  private static final Duration FROM = ofSeconds(2);
  private static final Duration UNTIL = ofSeconds(8);
  private static final HedgePolicy TIED = HedgePolicy.ON.withTied(true);

  /** The two plays of one seed. */
  private record Pair(Outcome unhedged, Outcome hedged) {
    /** What this share of the calls did not exceed, hedged by unhedged. */
    double latency(double share) {
      return (double) hedged.latency(share, FROM, UNTIL).toNanos()
          / unhedged.latency(share, FROM, UNTIL).toNanos();
    }

    /** Runs of handlers for each call, hedged by unhedged. */
    double work() {
      return runsPerCall(hedged) / runsPerCall(unhedged);
    }

    private static double runsPerCall(Outcome outcome) {
      return (double) outcome.executions() / outcome.calls().size();
    }
  }

  @Test
  void a12_atSeventyPercentLoadHedgesHalveTheSlowestCallsForALittleWork() {
    List<Pair> pairs = play(0.7, HedgePolicy.ON);

    assertThat(median(pairs, pair -> pair.latency(0.999))).isLessThanOrEqualTo(0.5);
    assertThat(pairs).allSatisfy(pair -> assertThat(pair.work()).isBetween(1.001, 1.055));
  }

  @Test
  void a12_atNinetyPercentLoadHedgesDoNoHarm() {
    List<Pair> pairs = play(0.9, HedgePolicy.ON);

    assertThat(median(pairs, pair -> pair.latency(0.999))).isLessThanOrEqualTo(1.05);
    assertThat(median(pairs, pair -> pair.latency(0.99))).isLessThanOrEqualTo(1.05);
    assertThat(pairs).allSatisfy(pair -> assertThat(pair.work()).isLessThanOrEqualTo(1.055));
  }

  @Test
  void a12_tiedRequestsShortenTheWaitOfMostCallsToo() {
    List<Pair> pairs = play(0.7, TIED);

    assertThat(median(pairs, pair -> pair.latency(0.999))).isLessThanOrEqualTo(0.5);
    assertThat(median(pairs, pair -> pair.latency(0.5))).isLessThan(1);
    assertThat(pairs).allSatisfy(pair -> assertThat(pair.work()).isLessThanOrEqualTo(1.055));
  }

  private static List<Pair> play(double load, HedgePolicy policy) {
    List<Pair> pairs = Acceptance.play(5, 40, seed -> {
      Pair pair =
          new Pair(mesh(load, HedgePolicy.OFF).run(seed), mesh(load, policy).run(seed));
      assertThat(pair.hedged.failures()).isEmpty();
      return pair;
    });
    Acceptance.figure(
        "A12",
        "load %.1f%s, %d seeds: hedged by unhedged p50 %.2f, p99 %.2f, p99.9 %.2f, work %.4f",
        load,
        policy.tied() ? ", tied" : "",
        pairs.size(),
        median(pairs, pair -> pair.latency(0.5)),
        median(pairs, pair -> pair.latency(0.99)),
        median(pairs, pair -> pair.latency(0.999)),
        median(pairs, Pair::work));
    return pairs;
  }

  private static Scenario mesh(double load, HedgePolicy policy) {
    return Scenario.named("a12")
        .servers(10)
        .clients(10)
        .load(load)
        .service(ServiceTime.exponential(ofMillis(10)).withStragglers(0.01, 20))
        .hedge(policy)
        .lasting(UNTIL);
  }

  private static double median(List<Pair> pairs, ToDoubleFunction<Pair> of) {
    double[] values = pairs.stream().mapToDouble(of).sorted().toArray();
    return values[values.length / 2];
  }
}
