package io.meshrpc.core;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LivenessSettings;
import org.jspecify.annotations.Nullable;

/**
 * Ejects servers that are alive and whose calls fail: so many in a row, or so many of late, beside what
 * others achieve. Trouble that all have alike ejects nobody.
 */
final class Outliers {
  private static final long SWEEP_NS = 1_000_000_000L;
  private static final long SPAN_MAX_NS = 30_000_000_000L;
  private static final int DEVIATION_SERVERS_MIN = 5; // of fewer a mean and its sigma say little
  private static final double SIGMAS = 1.9;
  private static final double FEW_DISTANCE = 0.2; // below the others' mean, where they are few

  private final LivenessSettings settings;
  private final PeerTable table;
  private long nextSweepNs = Long.MIN_VALUE;

  Outliers(LivenessSettings settings, PeerTable table) {
    this.settings = settings;
    this.table = table;
  }

  /** Keeps in mind how an attempt ended, as far as it tells of its server. */
  static void count(Peer peer, LoadBalancer.Outcome outcome, long now) {
    switch (outcome) {
      case SUCCESS, ANSWERED -> peer.successes.add(true, now);
      case FAULT, REFUSED, SILENT -> peer.successes.add(false, now);
      case LET_GO -> {}
    }
  }

  /** A call failed in a way that is the server's fault. */
  void onFault(Peer peer, long now) {
    peer.failuresInRow++;
    boolean counts = isJudged(peer) || peer.state() == PeerState.PROBATION;
    if (counts && peer.failuresInRow >= settings.ejectAfterFailures() && mayEject()) {
      eject(peer, peer.failuresInRow + " failures in a row", now);
    }
  }

  /** Judges all now and then; returns when next. */
  long check(long now) {
    if (now >= nextSweepNs) {
      nextSweepNs = now + SWEEP_NS;
      Peer worst;
      while (mayEject() && (worst = outlier(now)) != null) {
        long good = worst.successes.goodCount(now);
        long all = worst.successes.count(now);
        eject(worst, "only %d of %d calls went well".formatted(good, all), now);
      }
    }
    return table.size() > 1 ? nextSweepNs : Long.MAX_VALUE;
  }

  /** The server with the least success, if it is too little and others do better; null if not. */
  private @Nullable Peer outlier(long now) {
    Peer worst = null;
    double lowest = 2;
    int count = 0;
    double sum = 0;
    double squares = 0;
    for (Peer peer : table.all()) {
      if (isJudged(peer) && peer.successes.count(now) >= settings.ejectSamplesMin()) {
        double share = peer.successes.share(now);
        count++;
        sum += share;
        squares += share * share;
        worst = share < lowest ? peer : worst;
        lowest = Math.min(lowest, share);
      }
    }
    if (count < 2 || lowest >= settings.ejectBelowPercent() / 100.0) {
      return null;
    }
    double mean = sum / count;
    double sigma = Math.sqrt(Math.max(0, squares / count - mean * mean));
    boolean apart = count >= DEVIATION_SERVERS_MIN
        ? lowest < mean - SIGMAS * sigma
        : lowest <= (sum - lowest) / (count - 1) - FEW_DISTANCE;
    return apart ? worst : null;
  }

  private void eject(Peer peer, String reason, long now) {
    peer.ejections++;
    peer.onTrial = true;
    long spanNs = 1_000_000_000L << Math.min(5, peer.ejections - 1);
    peer.untilNs = now + Math.min(SPAN_MAX_NS, spanNs);
    table.move(peer, PeerState.EJECTED, reason);
  }

  private boolean mayEject() {
    int ejected = 0;
    for (Peer peer : table.all()) {
      ejected += peer.state() == PeerState.EJECTED ? 1 : 0;
    }
    return table.size() > 1 && ejected < Math.max(1, table.size() / 3);
  }

  private static boolean isJudged(Peer peer) {
    return peer.state() == PeerState.UP || peer.state() == PeerState.WARMING;
  }
}
