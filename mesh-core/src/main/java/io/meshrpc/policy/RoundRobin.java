package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.PeerView;

/** Each candidate in turn, whatever its load. */
public final class RoundRobin implements LoadBalancer {
  private int next;

  @Override
  public PeerView pick(Pick pick) {
    int index = Math.floorMod(next++, pick.candidates().size());
    return pick.candidates().get(index);
  }
}
