package io.meshrpc.core;

import java.util.List;

/**
 * Bounds what silence and failures may take away. While fewer than a share of all servers are well,
 * silent and ejected ones may relieve them: each as if twenty more requests were there. So those that
 * are well go first, and what is dead costs little (Envoy, in such a panic, treats all alike).
 */
final class Panic {
  private static final int MALUS = 20;

  private final int percent;

  Panic(int percent) {
    this.percent = percent;
  }

  boolean isOn(Census census) {
    return census.doubtful() > 0 && 100 * census.well() < percent * census.size();
  }

  /** A doubtful server may be chosen if it has fewer requests than this. */
  double reliefBelow(List<Peer> well) {
    double sum = 0;
    for (Peer peer : well) {
      sum += peer.requests();
    }
    return well.isEmpty() ? 0 : sum / well.size() - MALUS;
  }
}
