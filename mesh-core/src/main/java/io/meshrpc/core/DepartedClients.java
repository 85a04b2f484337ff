package io.meshrpc.core;

import io.meshrpc.api.PeerIdentity;
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
  private final Map<NodeId, Departed> byNode = new LinkedHashMap<>(); // longest gone first
  private long seqMaxOfOthers;

  private record Departed(PeerIdentity identity, long seqMax) {}

  DepartedClients(int countMax) {
    this.countMax = countMax;
  }

  /** Notes one that goes; nothing if no call of it ran. */
  void add(NodeId nodeId, PeerIdentity identity, long seq) {
    if (seq == 0) {
      return;
    }
    byNode.put(nodeId, new Departed(identity, seq));
    if (byNode.size() > countMax) {
      Iterator<Departed> eldest = byNode.values().iterator();
      seqMaxOfOthers = Math.max(seqMaxOfOthers, eldest.next().seqMax());
      eldest.remove();
    }
  }

  /** Whether it is not known as somebody else's. */
  boolean mayTake(NodeId nodeId, PeerIdentity identity) {
    Departed known = byNode.get(nodeId);
    return known == null || known.identity().equals(identity);
  }

  /**
   * The greatest number that may have run of one that comes; 0 if none did.
   *
   * @param epoch of its Hello; who says its first was never here
   */
  long take(NodeId nodeId, long epoch) {
    Departed known = byNode.remove(nodeId);
    if (known != null) {
      return known.seqMax();
    }
    return epoch == 1 ? 0 : seqMaxOfOthers;
  }

  int count() {
    return byNode.size();
  }
}
