package io.meshrpc.core;

import io.meshrpc.policy.LivenessSettings;

/**
 * How far this client doubts itself rather than its servers, from 0 (after the local health of Lifeguard,
 * Dadgar et al. 2017). Doubt grows when this process stood still, and when a ping goes unanswered while
 * most other pings do too and nobody at all is heard: the fault may well be here. It fades as soon as
 * anybody is heard, so that many servers that die at once are seen in time as long as one is left.
 */
final class SelfDoubt {
  private static final long DOWN_MAX_NS = 10_000_000_000L;

  private final LivenessSettings settings;
  private final PeerTable table;
  private final long stepNs; // from change to change
  private int level;
  private long changedNs = Long.MIN_VALUE / 2;

  SelfDoubt(LivenessSettings settings, PeerTable table) {
    this.settings = settings;
    this.table = table;
    this.stepNs = settings.heartbeatInterval().toNanos();
  }

  int level() {
    return level;
  }

  void onLocalPause(long now) {
    raise(now);
  }

  /** A server's ping has gone unanswered for too long. */
  void onMissed(Peer peer, long now) {
    if (now - changedNs >= stepNs && isEverybodySilent(peer)) {
      raise(now);
    }
  }

  /** Anybody said anything. */
  void onHeard(long now) {
    if (level > 0 && now - changedNs >= stepNs) {
      level--;
      changedNs = now;
    }
  }

  /** How long the answer to a ping may take that usually may take so long. */
  long patienceNs(long spanNs) {
    return spanNs * (1 + level);
  }

  /** The silence after which a suspect server is down. */
  long downNs() {
    long spanNs = settings.downAfter().toNanos();
    return level == 0 ? spanNs : Math.max(spanNs, Math.min(DOWN_MAX_NS, spanNs * (1 + level)));
  }

  /** Whether nobody was heard since this server was asked, and most others were asked in vain. */
  private boolean isEverybodySilent(Peer asked) {
    int others = 0;
    int silent = 0;
    for (Peer peer : table.all()) {
      if (peer != asked && peer.session != 0) {
        if (peer.lastHeardNs >= asked.pingNs) {
          return false;
        }
        others++;
        silent += peer.pingNs != 0 ? 1 : 0;
      }
    }
    return others > 0 && 2 * silent > others;
  }

  private void raise(long now) {
    if (level < settings.selfDoubtMax()) {
      level++;
    }
    changedNs = now;
  }
}
