package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer.Pick;
import io.meshrpc.api.PeerView;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The choice of a balancer that knows too little: of two candidates taken at random, the one with
 * less in flight from this client, recent failures included (the power of two choices, Mitzenmacher
 * 1996).
 */
final class Spares {
  PeerView pick(Pick pick, Map<PeerView, Phantoms> phantoms) {
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
    long now = pick.nowNs();
    return score(one, phantoms, now) <= score(other, phantoms, now) ? one : other;
  }

  private static double score(PeerView peer, Map<PeerView, Phantoms> phantoms, long nowNs) {
    Phantoms some = phantoms.isEmpty() ? null : phantoms.get(peer);
    double failures = some == null ? 0 : some.count(nowNs);
    return (1 + peer.inFlight() + failures) / peer.weight();
  }
}
