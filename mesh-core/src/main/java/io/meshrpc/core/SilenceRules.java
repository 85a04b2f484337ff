package io.meshrpc.core;

import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LivenessSettings;

/**
 * What a server's silence means. Anything heard is life. A ping goes out when nothing was heard for
 * a heartbeat's interval, and at once when the oldest attempt is overdue while nothing else comes; a
 * server that is merely slow answers it, for its loop runs no handlers.
 */
final class SilenceRules {
  private final LivenessSettings settings;
  private long suspendedUntilNs = Long.MIN_VALUE;

  /** What to do about a server. */
  enum Verdict {
    FINE,
    PING,
    PING_NOW,
    SUSPECT,
    DOWN
  }

  SilenceRules(LivenessSettings settings) {
    this.settings = settings;
  }

  void onLocalPause(long lateNs, long now) {
    suspendedUntilNs = now + Math.max(lateNs, 1_000_000_000L);
  }

  Verdict judge(Peer peer, long now) {
    long quietNs = now - peer.lastHeardNs;
    boolean trusted = now >= suspendedUntilNs;
    if (peer.pingNs != 0 && peer.lastHeardNs >= peer.pingNs) {
      peer.pingNs = 0; // answered by anything
      peer.quietGapNs = Math.min(2 * Math.max(peer.quietGapNs, overdueBaseNs(peer)), heartbeatNs());
    }
    if (canFall(peer.state()) && trusted && quietNs >= settings.downAfter().toNanos()) {
      return Verdict.DOWN;
    }
    if (peer.pingNs == 0) {
      if (peer.session == 0) {
        return Verdict.FINE;
      }
      if (quietNs >= heartbeatNs()) {
        return Verdict.PING;
      }
      return isOverdue(peer, now) ? Verdict.PING_NOW : Verdict.FINE;
    }
    boolean unanswered = now - peer.pingNs >= patienceNs(peer);
    boolean moves = peer.state() != PeerState.SUSPECT && peer.state() != PeerState.DRAINING;
    return unanswered && moves && trusted ? Verdict.SUSPECT : Verdict.FINE;
  }

  /** When to judge again if nothing happens. */
  long nextNs(Peer peer, long now) {
    long next = peer.lastHeardNs + settings.downAfter().toNanos();
    if (peer.pingNs != 0) {
      if (peer.state() != PeerState.SUSPECT && peer.state() != PeerState.DRAINING) {
        next = Math.min(next, peer.pingNs + patienceNs(peer));
      }
    } else if (peer.session != 0) {
      next = Math.min(next, peer.lastHeardNs + heartbeatNs());
      if (!peer.open.isEmpty()) {
        long sentNs = peer.open.iterator().next().sentNs;
        next = Math.min(next, Math.max(sentNs, peer.lastHeardNs) + overdueNs(peer));
      }
    }
    return Math.max(next, now + (now < suspendedUntilNs ? 20_000_000 : 1_000_000));
  }

  /** From which age, and after which silence, an attempt is overdue. */
  long overdueNs(Peer peer) {
    return Math.max(overdueBaseNs(peer), peer.quietGapNs);
  }

  private boolean isOverdue(Peer peer, long now) {
    if (peer.open.isEmpty()) {
      peer.quietGapNs = 0;
      return false;
    }
    long sentNs = peer.open.iterator().next().sentNs;
    if (sentNs > peer.lastHeardNs) {
      peer.quietGapNs = 0;
    }
    return now - Math.max(sentNs, peer.lastHeardNs) >= overdueNs(peer);
  }

  private long overdueBaseNs(Peer peer) {
    return Math.max(settings.overdueMin().toNanos(), settings.overdueFactor() * peer.usualNs);
  }

  private long patienceNs(Peer peer) {
    long minNs =
        (peer.pingUrgent ? settings.pingPatienceMin() : settings.heartbeatPatience()).toNanos();
    return peer.roundTrips.patienceNs(minNs, settings.pingPatienceMax().toNanos());
  }

  private long heartbeatNs() {
    return settings.heartbeatInterval().toNanos();
  }

  private static boolean canFall(PeerState state) {
    return state == PeerState.SUSPECT || state == PeerState.DRAINING;
  }
}
