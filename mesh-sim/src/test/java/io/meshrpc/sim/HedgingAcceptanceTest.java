package io.meshrpc.sim;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.HedgePolicy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * What hedges are for: one run in a hundred takes twenty times as long. Compared with the same seed
 * without hedges; the median of several seeds counts.
 */
class HedgingAcceptanceTest {
  private static final Duration FROM = ofSeconds(2);
  private static final Duration UNTIL = ofSeconds(8);
  private static final int SEEDS = 5;

  /**
   * @param slowest what 99.9 % of the calls did not exceed, hedged by unhedged
   * @param slow the same for 99 %
   * @param work runs of handlers, hedged by unhedged
   */
  private record Ratios(double slowest, double slow, double work) {}

  @Test
  void a12AtSeventyPercentLoadHedgesHalveTheSlowestCallsForALittleWork() {
    Ratios ratios = compare(0.7, HedgePolicy.ON);

    assertThat(ratios.slowest).isLessThanOrEqualTo(0.5);
    assertThat(ratios.work).isBetween(1.001, 1.055);
  }

  @Test
  void a12AtNinetyPercentLoadHedgesDoNoHarm() {
    Ratios ratios = compare(0.9, HedgePolicy.ON);

    assertThat(ratios.slowest).isLessThanOrEqualTo(1.05);
    assertThat(ratios.slow).isLessThanOrEqualTo(1.05);
    assertThat(ratios.work).isLessThanOrEqualTo(1.055);
  }

  @Test
  void tiedRequestsShortenTheWaitOfMostCallsToo() {
    HedgePolicy tied = HedgePolicy.ON.withTied(true);
    Ratios ratios = compare(0.7, tied);

    assertThat(ratios.slowest).isLessThanOrEqualTo(0.6);
    assertThat(ratios.work).isLessThanOrEqualTo(1.055);
    Outcome unhedged = mesh(0.7, HedgePolicy.OFF).run(1);
    Outcome hedged = mesh(0.7, tied).run(1);
    assertThat(hedged.latency(0.5, FROM, UNTIL)).isLessThan(unhedged.latency(0.5, FROM, UNTIL));
  }

  private static Ratios compare(double load, HedgePolicy policy) {
    double[] slowest = new double[SEEDS];
    double[] slow = new double[SEEDS];
    double[] work = new double[SEEDS];
    for (int i = 0; i < SEEDS; i++) {
      Outcome unhedged = mesh(load, HedgePolicy.OFF).run(i + 1);
      Outcome hedged = mesh(load, policy).run(i + 1);
      assertThat(hedged.failures()).isEmpty();
      slowest[i] = ratio(0.999, hedged, unhedged);
      slow[i] = ratio(0.99, hedged, unhedged);
      work[i] = runsPerCall(hedged) / runsPerCall(unhedged);
    }
    Ratios medians = new Ratios(median(slowest), median(slow), median(work));
    System.out.printf(Locale.ROOT, "load %.1f, %s: %s%n", load, policy, medians);
    return medians;
  }

  private static Scenario mesh(double load, HedgePolicy policy) {
    return Scenario.named("stragglers")
        .servers(10)
        .clients(10)
        .load(load)
        .service(ServiceTime.exponential(ofMillis(10)).withStragglers(0.01, 20))
        .hedge(policy)
        .lasting(UNTIL);
  }

  private static double ratio(double share, Outcome one, Outcome other) {
    return (double) one.latency(share, FROM, UNTIL).toNanos()
        / other.latency(share, FROM, UNTIL).toNanos();
  }

  private static double runsPerCall(Outcome outcome) {
    return (double) outcome.executions() / outcome.calls().size();
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
