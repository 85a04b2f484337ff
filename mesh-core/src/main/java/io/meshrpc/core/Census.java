package io.meshrpc.core;

import io.meshrpc.api.PeerState;
import java.util.Collection;

/**
 * How the servers stand, counted.
 *
 * @param size all
 * @param well those that take calls
 * @param doubtful those that are silent or ejected, and might
 * @param lastResort those that get calls if no better is there, the doubtful among them
 * @param known those that took calls once
 */
record Census(int size, int well, int doubtful, int lastResort, int known) {
  static Census of(Collection<Peer> all) {
    int well = 0;
    int doubtful = 0;
    int lastResort = 0;
    int known = 0;
    int size = 0;
    for (Peer peer : all) {
      if (peer.leaving) {
        continue;
      }
      size++;
      boolean good = peer.state() == PeerState.UP || peer.state() == PeerState.WARMING;
      well += good && peer.session != 0 ? 1 : 0;
      doubtful += peer.isDoubtful() ? 1 : 0;
      lastResort += peer.isLastResort() ? 1 : 0;
      known += peer.nodeId != null ? 1 : 0;
    }
    return new Census(size, well, doubtful, lastResort, known);
  }

  /** Servers that take any number of calls, well or not. */
  int routable() {
    return well + lastResort;
  }
}
