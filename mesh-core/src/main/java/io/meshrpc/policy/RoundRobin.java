package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Each candidate in turn, whatever its load. Turns are kept for each method, and follow the candidates
 * when some come, go, or are left out of a retry.
 */
public final class RoundRobin implements LoadBalancer {
  private final Map<MethodDescriptor<?, ?>, Turn> turns = new HashMap<>();

  @Override
  public PeerView pick(Pick pick) {
    return turns.computeIfAbsent(pick.method(), any -> new Turn()).next(pick.candidates());
  }

  @Override
  public void onGone(PeerView peer) {
    turns.values().forEach(turn -> turn.forget(peer)); // each alone: the order is nothing
  }

  private static final class Turn {
    private @Nullable PeerView last;
    private int place = -1; // where it stood

    PeerView next(List<? extends PeerView> candidates) {
      boolean moved = place >= candidates.size() || (place >= 0 && candidates.get(place) != last);
      if (moved) {
        int found = last == null ? -1 : candidates.indexOf(last);
        place = found >= 0 ? found : place - 1; // the next one has moved up to its place
      }
      place = Math.floorMod(place + 1, candidates.size());
      last = candidates.get(place);
      return last;
    }

    void forget(PeerView peer) {
      if (last == peer) {
        last = null;
      }
    }
  }
}
