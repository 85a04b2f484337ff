package io.meshrpc.core;

import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LivenessSettings;
import java.util.random.RandomGenerator;

/**
 * What a server's silence means. Anything heard is life. A ping goes out when nothing was heard for
 * a heartbeat's interval, and at once when the oldest attempt is overdue while nothing else comes; a
 * server that is merely slow answers it, for its loop runs no handlers. A client of many servers pings
 * each more seldom, and allows for it.
 */
final class SilenceRules {
  private static final long HEARTBEAT_GROWN_MAX_NS = 20_000_000_000L; // a server forgets after 60 s
  private static final double JITTER = 0.1;
  private static final long SUSPENDED_MIN_NS =
      1_000_000_000L; // right after a pause nobody is judged
  private static final long SUSPENDED_MAX_NS = 5_000_000_000L;
  private static final long TOGETHER_NS = 150_000L; // for each server
  private static final int TOGETHER_PART = 12; // at most this part of the interval
  private static final long RECHECK_NS = 20_000_000L;

  private final LivenessSettings settings;
  private final long intervalNs; // the settings', as they are asked for each server again and again
  private final long perServerNs;
  private final long downAfterNs;
  private final long overdueMinNs;
  private final PeerTable table;
  private final SelfDoubt doubt;
  private final RandomGenerator random;
  private long suspendedUntilNs = Long.MIN_VALUE;

  /** What to do about a server. */
  enum Verdict {
    FINE,
    PING,
    PING_NOW,
    SUSPECT,
    DOWN
  }

  SilenceRules(
      LivenessSettings settings, PeerTable table, SelfDoubt doubt, RandomGenerator random) {
    this.settings = settings;
    this.intervalNs = settings.heartbeatInterval().toNanos();
    this.perServerNs =
        Math.min(HEARTBEAT_GROWN_MAX_NS, settings.heartbeatPerServer().toNanos());
    this.downAfterNs = settings.downAfter().toNanos();
    this.overdueMinNs = settings.overdueMin().toNanos();
    this.table = table;
    this.doubt = doubt;
    this.random = random;
  }

  /** How far the next pause between pings is off the usual one, so that pings do not flock. */
  double jitter() {
    return JITTER * (2 * random.nextDouble() - 1);
  }

  /** What has piled up on the way meanwhile may take as long to come, but not for ever. */
  void onLocalPause(long lateNs, long now) {
    suspendedUntilNs = now + Math.max(SUSPENDED_MIN_NS, Math.min(SUSPENDED_MAX_NS, lateNs));
  }

  Verdict judge(Peer peer, long now) {
    long quietNs = now - peer.lastHeardNs;
    boolean trusted = now >= suspendedUntilNs;
    if (peer.pingNs != 0 && peer.lastHeardNs >= peer.pingNs) {
      peer.pingNs = 0; // answered by anything
      peer.quietGapNs =
          Math.min(2 * Math.max(peer.quietGapNs, overdueBaseNs(peer)), heartbeatNs(peer));
    }
    if (canFall(peer.state()) && trusted && quietNs >= doubt.downNs() + delayNs()) {
      return Verdict.DOWN;
    }
    if (peer.pingNs == 0) {
      if (peer.session == 0) {
        return Verdict.FINE;
      }
      if (quietNs >= heartbeatNs(peer) - togetherNs()) {
        return Verdict.PING;
      }
      return isOverdue(peer, now) ? Verdict.PING_NOW : Verdict.FINE;
    }
    boolean moves = peer.state() != PeerState.SUSPECT && peer.state() != PeerState.DRAINING;
    if (!moves || !trusted || !isUnanswered(peer, now)) {
      return Verdict.FINE;
    }
    doubt.onMissed(peer, now);
    return isUnanswered(peer, now) ? Verdict.SUSPECT : Verdict.FINE;
  }

  /** When to judge again if nothing happens. */
  long nextNs(Peer peer, long now) {
    long next = peer.lastHeardNs + downAfterNs + delayNs();
    if (peer.pingNs != 0) {
      if (peer.state() != PeerState.SUSPECT && peer.state() != PeerState.DRAINING) {
        next = Math.min(next, peer.pingNs + patienceNs(peer));
      }
    } else if (peer.session != 0) {
      next = Math.min(next, peer.lastHeardNs + heartbeatNs(peer));
      Attempt oldest = peer.open.first();
      if (oldest != null) {
        next = Math.min(next, Math.max(oldest.sentNs, peer.lastHeardNs) + overdueNs(peer));
      }
    }
    boolean waits = now < suspendedUntilNs || doubt.level() > 0; // either may end any time
    return Math.max(next, now + (waits ? RECHECK_NS : 1_000_000));
  }

  /** From which age, and after which silence, an attempt is overdue. */
  long overdueNs(Peer peer) {
    return Math.max(overdueBaseNs(peer), peer.quietGapNs);
  }

  private boolean isOverdue(Peer peer, long now) {
    Attempt oldest = peer.open.first();
    if (oldest == null) {
      peer.quietGapNs = 0;
      return false;
    }
    long sentNs = oldest.sentNs;
    if (sentNs > peer.lastHeardNs) {
      peer.quietGapNs = 0;
    }
    return now - Math.max(sentNs, peer.lastHeardNs) >= overdueNs(peer);
  }

  private boolean isUnanswered(Peer peer, long now) {
    return now - peer.pingNs >= doubt.patienceNs(patienceNs(peer));
  }

  private long overdueBaseNs(Peer peer) {
    return Math.max(overdueMinNs, settings.overdueFactor() * peer.usualNs);
  }

  private long patienceNs(Peer peer) {
    long minNs =
        (peer.pingUrgent ? settings.pingPatienceMin() : settings.heartbeatPatience()).toNanos();
    return peer.roundTrips.patienceNs(minNs, settings.pingPatienceMax().toNanos());
  }

  private long heartbeatNs(Peer peer) {
    long meanNs = meanNs();
    return meanNs + (long) (meanNs * peer.heartbeatJitter);
  }

  private long meanNs() {
    return intervalNs + grownNs();
  }

  /**
   * Whoever is to be pinged so soon is pinged together with another that is due: their
   * answers come together, too, and wake the loop once.
   */
  private long togetherNs() {
    return Math.min(TOGETHER_NS * table.size(), meanNs() / TOGETHER_PART);
  }

  /** How much longer the interval is for the number of servers. */
  private long grownNs() {
    long forAllNs = perServerNs * table.size();
    long grownNs = Math.min(HEARTBEAT_GROWN_MAX_NS, forAllNs);
    return Math.max(0, grownNs - intervalNs);
  }

  /** How much later silence can be told from that. */
  private long delayNs() {
    return (long) (grownNs() * (1 + JITTER));
  }

  private static boolean canFall(PeerState state) {
    return state == PeerState.SUSPECT || state == PeerState.DRAINING;
  }
}
