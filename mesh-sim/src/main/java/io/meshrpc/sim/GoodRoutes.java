package io.meshrpc.sim;

import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import io.meshrpc.wire.Request;

/**
 * I8: no request goes where the client knows that nobody listens, and no call waits for a first server
 * while one is up.
 */
final class GoodRoutes implements Invariant {
  private static final long CHOICE_NS = 20_000_000; // a balancer may put a choice off

  @Override
  public void onSend(SimClient client, SimCall call, long route, Request request) {
    if (client.knowsRefused(route)) {
      throw new Violation("I8", client + " sends to a refused route " + route + ": " + call);
    }
  }

  @Override
  public void onClientTurn(SimClient client) {
    if (client.unsent().isEmpty() || isChoosing(client)) {
      return;
    }
    for (PeerView peer : client.peers()) {
      if (peer.state() == PeerState.UP || peer.state() == PeerState.WARMING) {
        SimCall waiting = client.unsent().iterator().next();
        String text = "%s is %s and %s waits";
        throw new Violation("I8", text.formatted(peer.endpoint(), peer.state(), waiting));
      }
    }
  }

  private static boolean isChoosing(SimClient client) {
    SimCall oldest = client.unsent().iterator().next();
    return client.sim.kernel.nowNs() - oldest.startedNs < CHOICE_NS;
  }
}
