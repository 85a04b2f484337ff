package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer.Pick;
import io.meshrpc.api.PeerView;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Of two candidates taken at random, the one with the lower score (the power of two choices,
 * Mitzenmacher 1996).
 */
final class TwoChoices {
  private TwoChoices() {}

  /** What a candidate costs; lower is better. */
  @FunctionalInterface
  interface Score {
    double of(PeerView peer);
  }

  static PeerView pick(Pick pick, Score score) {
    List<? extends PeerView> candidates = pick.candidates();
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    RandomGenerator random = pick.random();
    int first = random.nextInt(candidates.size());
    int second = random.nextInt(candidates.size() - 1);
    second += second >= first ? 1 : 0;
    PeerView one = candidates.get(first);
    PeerView other = candidates.get(second);
    return score.of(one) <= score.of(other) ? one : other;
  }
}
