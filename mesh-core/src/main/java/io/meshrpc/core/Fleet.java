package io.meshrpc.core;

import io.meshrpc.policy.Subset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All servers that the client was told of. It keeps connections to all of them, or, when there are
 * more than its limit, to those of its {@link Subset}. A server that leaves the subset gets no new
 * calls, and its connection ends once nothing is under way there.
 */
final class Fleet {
  private final String clientId;
  private final ClientLimits limits;
  private final PeerTable table;
  private final Set<String> endpoints = new LinkedHashSet<>();
  private boolean someLeave;

  Fleet(String clientId, ClientLimits limits, PeerTable table) {
    this.clientId = clientId;
    this.limits = limits;
    this.table = table;
  }

  /** Whether it is new. */
  boolean add(String endpoint) {
    if (!endpoints.add(endpoint)) {
      return false;
    }
    if (isWhole()) {
      table.add(endpoint);
    } else {
      choose();
    }
    return true;
  }

  /** The server, if there was a connection; null otherwise. */
  @Nullable
  Peer remove(String endpoint, String reason) {
    boolean wasWhole = isWhole();
    endpoints.remove(endpoint);
    Peer gone = table.remove(endpoint, reason);
    if (!wasWhole) {
      choose();
    }
    return gone;
  }

  /** Ends the connections that are to end and have nothing under way; returns their servers. */
  List<Peer> dismissIdle(String reason) {
    if (!someLeave) {
      return List.of();
    }
    List<Peer> idle = new ArrayList<>();
    int busy = 0;
    for (Peer peer : table.all()) {
      if (peer.leaving && peer.open.isEmpty()) {
        idle.add(peer);
      } else if (peer.leaving) {
        busy++;
      }
    }
    someLeave = busy > 0;
    idle.forEach(peer -> table.remove(peer.endpoint(), reason));
    return idle;
  }

  private boolean isWhole() {
    return endpoints.size() <= limits.subsetAbove();
  }

  private void choose() {
    List<String> all = List.copyOf(endpoints);
    Set<String> wanted =
        new LinkedHashSet<>(isWhole() ? all : Subset.of(clientId, all, limits.subsetSpread()));
    for (Peer peer : table.all()) {
      peer.leaving = !wanted.contains(peer.endpoint());
      someLeave |= peer.leaving;
    }
    wanted.forEach(table::add);
    table.changed();
  }
}
