package io.meshrpc.sim;

import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;

/** I7: once everything is healed, every client has every server again, and every call succeeds. */
final class AllBack implements Invariant {
  @Override
  public void atRest(Sim sim) {
    for (SimClient client : sim.clients) {
      for (PeerView peer : client.peers()) {
        if (!takesCalls(peer)) {
          String text = "%s has %s still as %s: %s";
          throw new Violation(
              "I7", text.formatted(client, peer.endpoint(), peer.state(), peer.reason()));
        }
      }
    }
    for (SimCall call : sim.calls) {
      if (call.finalPhase && !call.succeeded()) {
        throw new Violation("I7", "fails though all is well: " + call + describe(call));
      }
    }
  }

  /** Whether the server gets calls, or will get the next one. */
  static boolean isBack(PeerView peer) {
    return takesCalls(peer) || isOnProbation(peer);
  }

  static boolean isOnProbation(PeerView peer) {
    return peer.state() == PeerState.PROBATION;
  }

  static boolean takesCalls(PeerView peer) {
    return peer.state() == PeerState.UP || peer.state() == PeerState.WARMING;
  }

  private static String describe(SimCall call) {
    return call.call == null || call.call.failure() == null ? "" : "; " + call.call.failure();
  }
}
