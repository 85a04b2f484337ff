package io.meshrpc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * All rounds of one peer.
 *
 * @param ratio its calls per second to those of the base in the same round
 */
record Row(PeerKind kind, List<Round> rounds, Stats ratio) {
  static List<Row> of(Map<PeerKind, List<Round>> byKind, PeerKind base) {
    List<Round> baseRounds = Objects.requireNonNull(byKind.get(base));
    List<Row> rows = new ArrayList<>();
    byKind.forEach((kind, rounds) -> {
      double[] ratios = new double[rounds.size()];
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] = rounds.get(i).callsPerSecond() / baseRounds.get(i).callsPerSecond();
      }
      rows.add(new Row(kind, rounds, Stats.of(ratios)));
    });
    return rows;
  }

  Stats callsPerSecond() {
    return Stats.of(rounds, Round::callsPerSecond);
  }

  Stats p50Us() {
    return Stats.of(rounds, Round::p50Us);
  }

  Stats p99Us() {
    return Stats.of(rounds, Round::p99Us);
  }

  Stats p999Us() {
    return Stats.of(rounds, Round::p999Us);
  }

  Stats othersShare() {
    return Stats.of(rounds, Round::othersShare);
  }

  /** Of all rounds. */
  long errors() {
    return rounds.stream().mapToLong(Round::errors).sum();
  }

  /** Its text; empty if there was none. */
  String firstError() {
    return rounds.stream()
        .map(Round::firstError)
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse("");
  }
}
