package io.meshrpc.core;

import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Pong;

/** Asks servers for a sign of life, and measures how long it takes. */
final class Pings {
  private final SilenceRules silence;
  private final ClientOutbox out;
  private long last;

  Pings(SilenceRules silence, ClientOutbox out) {
    this.silence = silence;
    this.out = out;
  }

  /** Asks; an urgent one is to be answered sooner. */
  void send(Peer peer, boolean urgent, long now) {
    peer.pingId = ++last;
    peer.pingNs = Math.max(1, now);
    peer.pingUrgent = urgent;
    peer.heartbeatJitter = silence.jitter();
    out.send(peer.id, peer.session, new Ping(peer.pingId));
  }

  /** Asks, unless the answer to an earlier one is waited for: it would be given all the time anew. */
  void sendUnlessAsked(Peer peer, long now) {
    if (peer.pingNs == 0) {
      send(peer, false, now);
    }
  }

  void onPong(Peer peer, Pong pong, long now) {
    if (pong.id() == peer.pingId && peer.pingNs != 0) {
      peer.roundTrips.add(Math.max(1, now - peer.pingNs));
      peer.pingNs = 0;
    }
  }
}
