package io.meshrpc.core;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LivenessSettings;

/** Finds servers that answer pings and get nothing done: their handlers hang. */
final class Stalls {
  private final LivenessSettings settings;
  private final PeerTable table;
  private final Liveness.Listener listener;

  Stalls(LivenessSettings settings, PeerTable table, Liveness.Listener listener) {
    this.settings = settings;
    this.table = table;
    this.listener = listener;
  }

  /** A server has said how busy it is. */
  void onLoad(Peer peer, LoadReport load, long now) {
    peer.onLoad(load, now);
    long stuckNs = peer.stuckNs();
    boolean stuck = stuckNs > Math.max(settings.stalledAfter().toNanos(), 20 * peer.usualNs);
    boolean takesCalls = peer.state() == PeerState.UP || peer.state() == PeerState.WARMING;
    if (stuck && !peer.stalled && takesCalls) {
      peer.stalled = true;
      String reason = "stalled: a queue of %d, nothing completed".formatted(peer.queueMax);
      table.move(peer, PeerState.SUSPECT, reason);
      listener.onSuspect(peer, reason);
    } else if (stuckNs == 0 && peer.stalled) {
      peer.stalled = false;
    }
  }
}
