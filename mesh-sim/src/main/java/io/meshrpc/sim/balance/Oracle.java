package io.meshrpc.sim.balance;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.PeerView;
import java.util.List;

/**
 * What no real policy can be: knows at once what was sent to each server and how fast each is now,
 * and picks the one where the call is expected to end first. It does not know how much work a call
 * will turn out to be, nor when a speed will change.
 */
final class Oracle implements LoadBalancer {
  @Override
  public PeerView pick(Pick pick) {
    Choice choice = (Choice) pick;
    List<ServerView> candidates = choice.candidates();
    int size = candidates.size();
    int start = choice.random().nextInt(size);
    ServerView best = candidates.get(start);
    double soonest = Double.MAX_VALUE;
    for (int i = 0; i < size; i++) {
      int place = start + i < size ? start + i : start + i - size;
      ServerView view = candidates.get(place);
      double end = expectedNs(view.server, choice.kind());
      if (end < soonest) {
        soonest = end;
        best = view;
      }
    }
    return best;
  }

  private static double expectedNs(Server server, Kind kind) {
    if (server.failsFast || server.isStopped()) {
      return 1e15 + server.assignedNs;
    }
    double oneNs = server.assigned == 0 ? 0 : server.assignedNs / server.assigned;
    double before = server.assigned - server.workers() + 1; // that must end before it starts
    double waitNs = before <= 0 ? 0 : before * oneNs / server.workers();
    return (waitNs + kind.meanNs()) / server.speed();
  }
}
