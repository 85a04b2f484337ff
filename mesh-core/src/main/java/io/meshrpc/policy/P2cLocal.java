package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.PeerView;

/**
 * Of two candidates taken at random, the one with less in flight from this client, divided by the
 * candidate's weight (the power of two choices, Mitzenmacher 1996; the usual choice of proxies). What
 * servers say of themselves is not looked at: enough where each client sends much to each server, and
 * little better than {@link RandomPick} where it does not.
 */
public final class P2cLocal implements LoadBalancer {
  @Override
  public PeerView pick(Pick pick) {
    return TwoChoices.pick(pick, peer -> (1.0 + peer.inFlight()) / peer.weight());
  }
}
