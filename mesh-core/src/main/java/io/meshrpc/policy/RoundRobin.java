package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import java.util.HashMap;
import java.util.Map;

/**
 * Each candidate in turn, whatever its load. Each method has turns of its own, and retries do not
 * take those of first attempts: two kinds of calls that alternate would otherwise share the
 * candidates between them by kind.
 */
public final class RoundRobin implements LoadBalancer {
  private final Map<MethodDescriptor<?, ?>, Integer> turns = new HashMap<>(); // never walked
  private int retryTurns;

  @Override
  public PeerView pick(Pick pick) {
    int turn = pick.attempt() > 1 ? retryTurns++ : turns.merge(pick.method(), 1, Integer::sum) - 1;
    return pick.candidates().get(Math.floorMod(turn, pick.candidates().size()));
  }
}
