package io.meshrpc.core;

import io.meshrpc.api.Candidate;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.wire.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The liveness table: all servers in the order in which they were connected. */
final class PeerTable {
  private final ClientOutbox out;
  private final long successWindowNs;
  private final Panic panic;
  private final Recovery recovery;
  private final Map<String, Peer> byEndpoint = new LinkedHashMap<>();
  private final Map<Long, Peer> byId = new HashMap<>();
  private final Map<MethodDescriptor<?, ?>, List<Peer>> ready = new HashMap<>();
  private @Nullable MethodDescriptor<?, ?> readyFor; // the method that was asked for last
  private List<Peer> readyLast = List.of(); // and what the answer was
  private final Now now = new Now();
  private @Nullable Census census; // null: to be taken
  private boolean trials; // some server that is ready is on probation
  private long lastId;

  PeerTable(LivenessSettings settings, RandomGenerator random, ClientOutbox out) {
    this.out = out;
    this.successWindowNs = settings.ejectWindow().toNanos();
    this.panic = new Panic(settings.panicPercent());
    this.recovery = new Recovery(settings, this, random);
  }

  void setNow(long nowNs) {
    now.ns = nowNs;
  }

  /** Adds a server and opens a connection; null if it is there already. */
  @Nullable
  Peer add(String endpoint) {
    if (byEndpoint.containsKey(endpoint)) {
      return null;
    }
    Peer peer = new Peer(endpoint, now, new SuccessWindow(successWindowNs));
    byEndpoint.put(endpoint, peer);
    openConnection(peer);
    changed();
    return peer;
  }

  /** Forgets a server, which is down from now on for who listens; null if there was none. */
  @Nullable
  Peer remove(String endpoint, String reason) {
    Peer peer = byEndpoint.get(endpoint);
    if (peer != null) {
      remove(peer);
      if (peer.state() != PeerState.DOWN) {
        move(peer, PeerState.DOWN, reason);
      }
    }
    return peer;
  }

  /** Forgets a server and tells nobody. */
  void remove(Peer peer) {
    byEndpoint.remove(peer.endpoint());
    byId.remove(peer.id);
    out.disconnect(peer.id);
    changed();
  }

  /** Replaces the connection by a fresh one, without what the old one has not sent. */
  void reconnect(Peer peer) {
    byId.remove(peer.id);
    hangUp(peer);
    openConnection(peer);
  }

  /** Ends the connection, and makes no other until {@link #reconnect}. */
  void hangUp(Peer peer) {
    out.disconnect(peer.id);
    peer.connected = false;
    peer.session = 0;
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

  /** The same process under another address, with a session; null if there is none. */
  @Nullable
  Peer twin(Peer peer, @Nullable NodeId process) {
    if (process != null) {
      for (Peer other : byEndpoint.values()) {
        if (other != peer && other.session != 0 && process.equals(other.nodeId)) {
          return other;
        }
      }
    }
    return null;
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
    readyFor = null;
    census = null;
    trials = false;
  }

  Census census() {
    Census known = census;
    if (known == null) {
      known = Census.of(byEndpoint.values());
      census = known;
    }
    return known;
  }

  /** Who has to wait while servers come back. */
  Recovery recovery() {
    return recovery;
  }

  /** Servers that offer the method and are well, in their order; not to be kept. */
  List<Peer> ready(MethodDescriptor<?, ?> method) {
    if (method != readyFor) { // most calls are of the method of the one before
      readyLast = ready.computeIfAbsent(method, this::findReady);
      readyFor = method;
    }
    return readyLast;
  }

  private List<Peer> findReady(MethodDescriptor<?, ?> method) {
    List<Peer> found = new ArrayList<>();
    for (Peer peer : byEndpoint.values()) {
      if (peer.isReady() && peer.number(method) != 0) {
        found.add(peer);
        trials |= peer.state() == PeerState.PROBATION;
      }
    }
    return found;
  }

  /**
   * Servers that may get the next attempt of a call, the best kind that is there: well and not tried
   * yet, well, and at last doubtful ones, unless these may relieve those that are well. A server that
   * wants to be left alone is none of them. One on probation is the only one, for the one call that it
   * is to be tried with: a balancer might never choose it. After some in vain, for one call a second.
   */
  List<Peer> candidates(ClientCall call, long nowNs) {
    List<Peer> well = ready(call.method());
    boolean panics = panic.isOn(census());
    boolean first = call.options().server() == null && !call.hasAttempts();
    if (first && !panics && !well.isEmpty()) {
      return trials ? trial(well) : well;
    }
    double reliefBelow = panics ? panic.reliefBelow(well) : 0;
    List<Peer> fresh = new ArrayList<>();
    List<Peer> tried = new ArrayList<>();
    List<Peer> doubtful = new ArrayList<>();
    for (Peer peer : byEndpoint.values()) {
      if (!mayEverGet(peer, call) || call.notBeforeNs(peer) > nowNs) {
        continue;
      }
      boolean relieves = peer.isDoubtful() && peer.requests() < reliefBelow;
      if (peer.isReady() || relieves) {
        (call.hasTried(peer) ? tried : fresh).add(peer);
      } else {
        doubtful.add(peer);
      }
    }
    return !fresh.isEmpty() ? fresh : !tried.isEmpty() ? tried : doubtful;
  }

  private static List<Peer> trial(List<Peer> well) {
    for (Peer peer : well) {
      if (peer.isTrialDue()) {
        return List.of(peer);
      }
    }
    return well;
  }

  /** Whether a server is there that is well and that the call has not tried. */
  boolean hasUntried(ClientCall call, long nowNs) {
    for (Peer peer : candidates(call, nowNs)) {
      if (peer.isReady() && !call.hasTried(peer)) {
        return true;
      }
    }
    return false;
  }

  /** When the first of the servers that are there is willing to get the call; MAX_VALUE: never. */
  long nextChanceNs(ClientCall call) {
    long next = Long.MAX_VALUE;
    for (Peer peer : byEndpoint.values()) {
      if (mayEverGet(peer, call)) {
        next = Math.min(next, call.notBeforeNs(peer));
      }
    }
    return next;
  }

  /** Whether all servers are there, and none of them has the method. */
  boolean isOfferedNowhere(ClientCall call) {
    boolean some = false;
    for (Peer peer : byEndpoint.values()) {
      if (isNamed(peer, call)) {
        some = true;
        if (peer.session == 0 || peer.number(call.method()) != 0) {
          return false;
        }
      }
    }
    return some;
  }

  /** Whether a server that could get the call may come up soon: its fate is not known yet. */
  boolean anyComing(ClientCall call) {
    for (Peer peer : byEndpoint.values()) {
      if (peer.isComing() && isNamed(peer, call)) {
        return true;
      }
    }
    return false;
  }

  /** Whether no server is left that is not down and has not refused the call for good. */
  boolean isBannedEverywhere(ClientCall call) {
    for (Peer peer : byEndpoint.values()) {
      boolean offers = peer.session == 0 || peer.number(call.method()) != 0;
      if (isNamed(peer, call)
          && offers
          && peer.state() != PeerState.DOWN
          && call.notBeforeNs(peer) != Long.MAX_VALUE) {
        return false;
      }
    }
    return true;
  }

  private static boolean mayEverGet(Peer peer, ClientCall call) {
    return isNamed(peer, call)
        && (peer.isReady() || peer.isLastResort())
        && peer.number(call.method()) != 0
        && !call.isOpenAt(peer);
  }

  private static boolean isNamed(Peer peer, ClientCall call) {
    String only = call.options().server();
    return only == null || only.equals(peer.endpoint());
  }

  /** Each server, and why it does not get the call. */
  List<Candidate> explain(ClientCall call, long nowNs) {
    List<Candidate> all = new ArrayList<>();
    String only = call.options().server();
    for (Peer peer : byEndpoint.values()) {
      String why = isNamed(peer, call)
          ? whyNot(peer, call, nowNs)
          : "the call names another server, " + only;
      all.add(new Candidate(peer.endpoint(), peer.state(), why));
    }
    if (only != null && !byEndpoint.containsKey(only)) {
      all.add(new Candidate(only, PeerState.DOWN, "the client is not connected to it"));
    }
    return all;
  }

  private String whyNot(Peer peer, ClientCall call, long nowNs) {
    if (peer.session != 0 && peer.number(call.method()) == 0) {
      return "does not offer " + call.method().fullName();
    }
    if (call.notBeforeNs(peer) > nowNs) {
      return "tried; it asked not to get the call again"
          + (call.notBeforeNs(peer) == Long.MAX_VALUE ? "" : " so soon");
    }
    String why = peer.isReady() && recovery.isOn() ? recovery.why() : peer.whyNot();
    return (call.hasTried(peer) ? "tried; " : "") + why;
  }

  List<PeerView> snapshots() {
    List<PeerView> rows = new ArrayList<>();
    for (Peer peer : byEndpoint.values()) {
      rows.add(peer.snapshot());
    }
    return rows;
  }
}
