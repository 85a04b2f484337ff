package io.meshrpc.core;

import io.meshrpc.api.Candidate;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The liveness table: all servers in the order in which they were connected. */
final class PeerTable {
  private final ClientOutbox out;
  private final Map<String, Peer> byEndpoint = new LinkedHashMap<>();
  private final Map<Long, Peer> byId = new HashMap<>();
  private final Map<MethodDescriptor<?, ?>, List<Peer>> ready = new HashMap<>();
  private final Map<String, Long> epochs = new HashMap<>(); // of servers that were removed
  private long lastId;

  PeerTable(ClientOutbox out) {
    this.out = out;
  }

  /** Adds a server and opens a connection; null if it is there already. */
  @Nullable
  Peer add(String endpoint) {
    if (byEndpoint.containsKey(endpoint)) {
      return null;
    }
    Peer peer = new Peer(endpoint);
    peer.epoch = epochs.getOrDefault(endpoint, 0L);
    byEndpoint.put(endpoint, peer);
    openConnection(peer);
    return peer;
  }

  @Nullable
  Peer remove(String endpoint) {
    Peer peer = byEndpoint.remove(endpoint);
    if (peer != null) {
      byId.remove(peer.id);
      epochs.put(endpoint, peer.epoch);
      out.disconnect(peer.id);
      changed();
    }
    return peer;
  }

  /** Replaces the connection by a fresh one, without what the old one has not sent. */
  void reconnect(Peer peer) {
    byId.remove(peer.id);
    out.disconnect(peer.id);
    peer.connected = false;
    peer.session = 0;
    openConnection(peer);
    changed();
  }

  private void openConnection(Peer peer) {
    peer.id = ++lastId;
    byId.put(peer.id, peer);
    out.connect(peer.id, peer.endpoint());
  }

  @Nullable
  Peer byId(long id) {
    return byId.get(id);
  }

  Collection<Peer> all() {
    return byEndpoint.values();
  }

  int size() {
    return byEndpoint.size();
  }

  void move(Peer peer, PeerState next, String reason) {
    PeerState before = peer.state();
    peer.moveTo(next, reason);
    changed();
    out.transition(
        new MeshListener.Transition(peer.endpoint(), peer.incarnation(), before, next, reason));
  }

  /** What was said of readiness no longer holds. */
  void changed() {
    ready.clear();
  }

  /** Servers that offer the method and are well, in their order; not to be kept. */
  List<Peer> ready(MethodDescriptor<?, ?> method) {
    List<Peer> known = ready.get(method);
    if (known == null) {
      known = new ArrayList<>();
      for (Peer peer : byEndpoint.values()) {
        if (peer.isReady() && peer.number(method) != 0) {
          known.add(peer);
        }
      }
      ready.put(method, known);
    }
    return known;
  }

  /**
   * Servers that may get the next attempt of a call, the best kind that is there: well and not tried
   * yet, well, and at last doubtful ones.
   */
  List<Peer> candidates(ClientCall call) {
    List<Peer> well = ready(call.method());
    String only = call.options().server();
    if (only == null && call.attempts.isEmpty() && !well.isEmpty()) {
      return well;
    }
    List<Peer> fresh = new ArrayList<>();
    List<Peer> tried = new ArrayList<>();
    List<Peer> doubtful = new ArrayList<>();
    for (Peer peer : byEndpoint.values()) {
      boolean named = only == null || only.equals(peer.endpoint());
      if (!named || peer.number(call.method()) == 0 || call.isOpenAt(peer)) {
        continue;
      }
      if (peer.isReady()) {
        (call.hasTried(peer) ? tried : fresh).add(peer);
      } else if (peer.isLastResort()) {
        doubtful.add(peer);
      }
    }
    return !fresh.isEmpty() ? fresh : !tried.isEmpty() ? tried : doubtful;
  }

  /** Whether a server is there that the call has not tried. */
  boolean hasUntried(ClientCall call) {
    for (Peer peer : candidates(call)) {
      if (!call.hasTried(peer)) {
        return true;
      }
    }
    return false;
  }

  /** Whether some server's fate is not known yet. */
  boolean anyConnecting() {
    for (Peer peer : byEndpoint.values()) {
      if (peer.state() == PeerState.CONNECTING) {
        return true;
      }
    }
    return false;
  }

  /** Each server, and why it does not get the call. */
  List<Candidate> explain(ClientCall call) {
    List<Candidate> all = new ArrayList<>();
    String only = call.options().server();
    for (Peer peer : byEndpoint.values()) {
      String why;
      if (only != null && !only.equals(peer.endpoint())) {
        why = "the call names another server, " + only;
      } else if (peer.session != 0 && peer.number(call.method()) == 0) {
        why = "does not offer " + call.method().fullName();
      } else if (call.hasTried(peer)) {
        why = "tried; " + peer.reason();
      } else {
        why = peer.reason();
      }
      all.add(new Candidate(peer.endpoint(), peer.state(), why));
    }
    if (only != null && !byEndpoint.containsKey(only)) {
      all.add(new Candidate(only, PeerState.DOWN, "the client is not connected to it"));
    }
    return all;
  }

  List<PeerView> snapshots(long nowNs) {
    List<PeerView> rows = new ArrayList<>();
    for (Peer peer : byEndpoint.values()) {
      peer.nowNs = nowNs;
      rows.add(peer.snapshot());
    }
    return rows;
  }
}
