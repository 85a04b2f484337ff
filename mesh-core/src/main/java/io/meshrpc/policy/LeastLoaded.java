package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.PeerView;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Of two candidates taken at random, the less loaded (the power of two choices, Mitzenmacher 1996).
 * Load is what this client has in flight there and what the server last said it has from everybody,
 * divided by the candidate's weight.
 */
public final class LeastLoaded implements LoadBalancer {
  private static final long REPORT_FRESH_NS = 1_000_000_000L;

  @Override
  public PeerView pick(Pick pick) {
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
    return score(one) <= score(other) ? one : other;
  }

  private static double score(PeerView peer) {
    int reported = peer.loadAgeNs() < REPORT_FRESH_NS ? peer.load().inServer() : 0;
    return (1.0 + Math.max(peer.inFlight(), reported)) / peer.weight();
  }
}
