package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.PeerView;

/**
 * Of two candidates taken at random, the less loaded (the power of two choices, Mitzenmacher 1996).
 * Load is what this client has in flight there and what the server last said it has from everybody,
 * divided by the candidate's weight.
 */
public final class LeastLoaded implements LoadBalancer {
  private static final long REPORT_FRESH_NS = 1_000_000_000L;

  @Override
  public PeerView pick(Pick pick) {
    return TwoChoices.pick(pick, LeastLoaded::score);
  }

  private static double score(PeerView peer) {
    int reported = peer.loadAgeNs() < REPORT_FRESH_NS ? peer.load().inServer() : 0;
    return (1.0 + Math.max(peer.inFlight(), reported)) / peer.weight();
  }
}
