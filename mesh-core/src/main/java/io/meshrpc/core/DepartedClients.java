package io.meshrpc.core;

import io.meshrpc.wire.NodeId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Clients that a server has forgotten, and the greatest number of each that may have run here, for
 * one that comes back must not have a call run twice. Beyond the count, only the greatest number of
 * all is kept, and held against everybody who may have been here before.
 */
final class DepartedClients {
  private final int countMax;
  private final Map<NodeId, Long> seqMax = new LinkedHashMap<>(); // longest gone first
  private long seqMaxOfOthers;

  DepartedClients(int countMax) {
    this.countMax = countMax;
  }

  /** Notes one that goes; nothing if no call of it ran. */
  void add(NodeId nodeId, long seq) {
    if (seq == 0) {
      return;
    }
    seqMax.put(nodeId, seq);
    if (seqMax.size() > countMax) {
      Iterator<Long> eldest = seqMax.values().iterator();
      seqMaxOfOthers = Math.max(seqMaxOfOthers, eldest.next());
      eldest.remove();
    }
  }

  /**
   * The greatest number that may have run of one that comes; 0 if none did.
   *
   * @param epoch of its Hello; who says its first was never here
   */
  long take(NodeId nodeId, long epoch) {
    Long seq = seqMax.remove(nodeId);
    if (seq != null) {
      return seq;
    }
    return epoch == 1 ? 0 : seqMaxOfOthers;
  }

  int count() {
    return seqMax.size();
  }
}
