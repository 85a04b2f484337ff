package io.meshrpc.sim.balance;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Results put together: medians over seeds, regret, who beat whom. */
final class Summary {
  private static final double TIE = 0.05;

  /** How often one policy had the lower p99, within the same scenario and seed. */
  record Score(int wins, int ties, int losses) {}

  private record Case(String scenario, String policy) {}

  private final Set<String> scenarios = new LinkedHashSet<>();
  private final Set<String> policies = new LinkedHashSet<>();
  private final Set<Long> seeds = new LinkedHashSet<>();
  private final Map<Case, Map<Long, Result>> results = new LinkedHashMap<>();

  Summary(List<Result> all) {
    for (Result result : all) {
      Run run = result.run();
      scenarios.add(run.scenario());
      policies.add(run.policy());
      seeds.add(run.seed());
      results
          .computeIfAbsent(new Case(run.scenario(), run.policy()), any -> new LinkedHashMap<>())
          .put(run.seed(), result);
    }
  }

  Set<String> scenarios() {
    return scenarios;
  }

  Set<String> policies() {
    return policies;
  }

  /** The median over seeds. */
  double median(String scenario, String policy, ToDoubleFunction<Result> what) {
    double[] sorted =
        of(scenario, policy).values().stream().mapToDouble(what).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length == 0
        ? Double.NaN
        : sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  boolean hasOracle() {
    return policies.contains(Policies.ORACLE);
  }

  /** How many times the oracle's p99; medians over seeds. */
  double regret(String scenario, String policy) {
    return median(scenario, policy, Result::p99Ms)
        / median(scenario, Policies.ORACLE, Result::p99Ms);
  }

  double meanRegret(String policy) {
    return Math.exp(scenarios.stream()
        .mapToDouble(scenario -> Math.log(regret(scenario, policy)))
        .average()
        .orElse(Double.NaN));
  }

  double worstRegret(String policy) {
    return scenarios.stream()
        .mapToDouble(scenario -> regret(scenario, policy))
        .max()
        .orElse(Double.NaN);
  }

  Score score(String policy, String baseline) {
    int wins = 0;
    int ties = 0;
    int losses = 0;
    for (String scenario : scenarios) {
      for (long seed : seeds) {
        Result one = of(scenario, policy).get(seed);
        Result other = of(scenario, baseline).get(seed);
        if (one == null || other == null) {
          continue;
        }
        double ratio = one.p99Ms() / other.p99Ms();
        wins += ratio < 1 - TIE ? 1 : 0;
        losses += ratio > 1 + TIE ? 1 : 0;
        ties += ratio >= 1 - TIE && ratio <= 1 + TIE ? 1 : 0;
      }
    }
    return new Score(wins, ties, losses);
  }

  private Map<Long, Result> of(String scenario, String policy) {
    return results.getOrDefault(new Case(scenario, policy), Map.of());
  }
}
