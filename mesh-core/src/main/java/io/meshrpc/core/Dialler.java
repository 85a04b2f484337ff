package io.meshrpc.core;

import io.meshrpc.policy.LivenessSettings;

/** Makes connections to servers that are down anew, with pauses that double. */
final class Dialler {
  private static final long DIAL_NS = 3_000_000_000L; // what a connection is given to come about
  // Until it is reached for the first time: all may connect at once.
  private static final long REACH_NS = 20_000_000_000L;
  private static final long CLOSED_AGAIN_NS = 1_000_000_000L; // for one that is closed at once

  private final LivenessSettings settings;
  private final PeerTable table;
  private final Greeter greeter;

  Dialler(LivenessSettings settings, PeerTable table, Greeter greeter) {
    this.settings = settings;
    this.table = table;
    this.greeter = greeter;
  }

  /** A connection is there, and maybe not the first that is closed without a word. */
  void onConnected(Peer peer, long now) {
    if (peer.muteSinceNs == Peer.NOT_MUTE) {
      peer.muteSinceNs = now;
    }
  }

  /** Nobody listens. */
  void onRefused(Peer peer) {
    peer.dialNs = Peer.NOT_DIALLING;
    peer.muteSinceNs = Peer.NOT_MUTE;
  }

  /** Who has never answered is tried once a second: the transport would try again at once, and for ever. */
  void onLostWhileDown(Peer peer, long now) {
    if (peer.nodeId == null) {
      hangUp(peer);
      peer.untilNs = Math.min(peer.untilNs, now + CLOSED_AGAIN_NS);
    }
  }

  /** Given up for now; one that holds a connection may yet answer there. */
  void onMute(Peer peer) {
    if (!peer.connected) {
      hangUp(peer);
    }
  }

  private void hangUp(Peer peer) {
    table.hangUp(peer);
    peer.dialNs = Peer.NOT_DIALLING;
  }

  /** When a server that is being connected should have answered Hello, or at least have been reached. */
  long mutedNs(Peer peer) {
    return isReached(peer) ? peer.muteSinceNs + DIAL_NS : peer.stateNs + REACH_NS;
  }

  /** What is wrong if it has not. */
  String muteReason(Peer peer) {
    return isReached(peer)
        ? "it accepts connections, and does not answer Hello"
        : "no connection within " + REACH_NS / 1_000_000_000L + " s";
  }

  private static boolean isReached(Peer peer) {
    return peer.muteSinceNs != Peer.NOT_MUTE;
  }

  /** Tries a server that is down, and sets when to try it the next time. */
  void tryAgain(Peer peer, long now) {
    boolean dialling = !peer.connected && now - peer.dialNs < DIAL_NS;
    if (!dialling && (!peer.connected || greeter.isInVain(peer, now))) {
      dial(peer, now);
    } else {
      greeter.check(peer, now);
    }
    peer.downs++;
    peer.untilNs = now + backoffNs(peer);
  }

  /** Replaces the connection. */
  void dial(Peer peer, long now) {
    table.reconnect(peer);
    peer.dialNs = now;
  }

  /** The pause before the next try. */
  long backoffNs(Peer peer) {
    long baseNs = settings.backoffBase().toNanos();
    long maxNs = settings.backoffMax().toNanos();
    int doublings = Math.min(peer.downs, 16);
    return baseNs > maxNs >> doublings ? maxNs : baseNs << doublings;
  }
}
