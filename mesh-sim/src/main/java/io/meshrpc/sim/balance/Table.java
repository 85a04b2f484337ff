package io.meshrpc.sim.balance;

import java.util.Locale;

/** A summary as text. */
final class Table {
  private Table() {}

  static String of(Summary summary) {
    StringBuilder text = new StringBuilder();
    Scenarios scenarios = new Scenarios();
    for (String scenario : summary.scenarios()) {
      text.append('\n').append(scenario).append(": ").append(scenarios.make(scenario).title);
      line(
          text,
          "%n  %-14s %9s %9s %9s %8s %8s %7s%n",
          "policy",
          "p50 ms",
          "p99 ms",
          "p99.9 ms",
          "errors %",
          "msg/req",
          "regret");
      for (String policy : summary.policies()) {
        line(
            text,
            "  %-14s %9.2f %9.2f %9.2f %8.3f %8.2f %7s%n",
            policy,
            summary.median(scenario, policy, Result::p50Ms),
            summary.median(scenario, policy, Result::p99Ms),
            summary.median(scenario, policy, Result::p999Ms),
            100 * summary.median(scenario, policy, Result::errorRate),
            summary.median(scenario, policy, Result::messagesPerRequest),
            summary.hasOracle() ? decimal(summary.regret(scenario, policy)) : "-");
      }
    }
    regrets(text, summary);
    scores(text, summary);
    return text.toString();
  }

  private static void regrets(StringBuilder text, Summary summary) {
    if (!summary.hasOracle()) {
      text.append("\nNo regret without the policy oracle.\n");
      return;
    }
    text.append("\nRegret, p99 / p99 of the oracle:\n");
    line(text, "  %-14s %9s %9s%n", "policy", "geo. mean", "worst");
    for (String policy : summary.policies()) {
      line(
          text,
          "  %-14s %9.2f %9.2f%n",
          policy,
          summary.meanRegret(policy),
          summary.worstRegret(policy));
    }
  }

  private static void scores(StringBuilder text, Summary summary) {
    text.append("\np99, wins / ties / losses of the row against the column (tie: within 5 %):\n");
    line(text, "  %-14s", "");
    for (String baseline : summary.policies()) {
      line(text, " %14s", baseline);
    }
    text.append('\n');
    for (String policy : summary.policies()) {
      line(text, "  %-14s", policy);
      for (String baseline : summary.policies()) {
        Summary.Score score = summary.score(policy, baseline);
        String cell = score.wins() + "/" + score.ties() + "/" + score.losses();
        line(text, " %14s", policy.equals(baseline) ? "" : cell);
      }
      text.append('\n');
    }
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }
}
