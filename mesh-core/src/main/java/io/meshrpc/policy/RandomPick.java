package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.PeerView;

/** Any candidate, with equal chance. */
public final class RandomPick implements LoadBalancer {
  @Override
  public PeerView pick(Pick pick) {
    return pick.candidates().get(pick.random().nextInt(pick.candidates().size()));
  }
}
