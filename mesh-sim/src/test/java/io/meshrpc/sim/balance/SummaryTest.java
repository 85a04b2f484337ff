package io.meshrpc.sim.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static Result result(String scenario, String policy, long seed, double p99Ms) {
    return new Result(new Run(scenario, policy, seed, Double.NaN, 1), 1, p99Ms, 2 * p99Ms, 0.25, 3);
  }

  private final List<Result> results = List.of(
      result("S1", "default", 1, 50),
      result("S1", "default", 2, 60),
      result("S1", "default", 3, 100),
      result("S2", "default", 1, 80),
      result("S1", "oracle", 1, 40),
      result("S1", "oracle", 2, 59),
      result("S1", "oracle", 3, 30),
      result("S2", "oracle", 1, 90));
  private final Summary summary = new Summary(results);

  @Test
  void theMedianIsTakenOverSeeds() {
    assertThat(summary.median("S1", "default", Result::p99Ms)).isEqualTo(60);
  }

  @Test
  void regretIsMeasuredAgainstTheOracle() {
    assertThat(summary.regret("S1", "default")).isEqualTo(1.5);
    assertThat(summary.worstRegret("default")).isEqualTo(1.5);
    assertThat(summary.meanRegret("default")).isCloseTo(Math.sqrt(1.5 * 80 / 90), within(1e-9));
  }

  @Test
  void fivePercentIsATie() {
    assertThat(summary.score("default", "oracle")).isEqualTo(new Summary.Score(1, 1, 2));
    assertThat(summary.score("oracle", "default")).isEqualTo(new Summary.Score(2, 1, 1));
  }

  @Test
  void theTableSaysAllOfIt() {
    assertThat(Table.of(summary))
        .contains("S1: homogeneous, load 0.9", "60.00", "120.00", "25.000", "1.50", "1/1/2");
  }

  @Test
  void jsonHasAnObjectForEachRun() {
    assertThat(Json.of(results.subList(0, 1))).isEqualToIgnoringWhitespace("""
            [{"scenario": "S1", "policy": "default", "seed": 1, "p50_ms": 1.000000,
            "p99_ms": 50.000000, "p999_ms": 100.000000, "error_rate": 0.250000,
            "messages_per_request": 3.000000}]""");
  }

  @Test
  void aPlotHasALineForEachPolicyAndQuantile() {
    String svg = new Plot("title", Plot.LOADS.stream().map(any -> summary).toList()).svg("S1");

    assertThat(svg.split("<polyline", -1)).hasSize(1 + 3 * 2);
    assertThat(svg).startsWith("<svg").contains("p99.9, ms", "default", "oracle");
  }
}
