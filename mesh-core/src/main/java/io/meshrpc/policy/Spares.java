package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer.Pick;
import io.meshrpc.api.PeerView;
import java.util.Map;

/**
 * The choice of a balancer that knows too little: of two candidates taken at random, the one with
 * less in flight from this client, recent failures included.
 */
final class Spares {
  PeerView pick(Pick pick, Map<PeerView, Phantoms> phantoms) {
    long nowNs = pick.nowNs();
    return TwoChoices.pick(pick, peer -> score(peer, phantoms, nowNs));
  }

  private static double score(PeerView peer, Map<PeerView, Phantoms> phantoms, long nowNs) {
    Phantoms some = phantoms.isEmpty() ? null : phantoms.get(peer);
    double failures = some == null ? 0 : some.count(nowNs);
    return (1 + peer.inFlight() + failures) / peer.weight();
  }
}
