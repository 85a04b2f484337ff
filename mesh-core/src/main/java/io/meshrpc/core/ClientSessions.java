package io.meshrpc.core;

import io.meshrpc.api.PeerIdentity;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a server. Each Hello of a greater epoch gets a session number of its own, and only
 * the latest is good: the fence against requests of earlier connections and earlier processes.
 */
final class ClientSessions {
  private static final int RETRY_AFTER_MS = 1000;
  private static final int STRANGER_RETRY_AFTER_MS = 10_000;
  private static final int NAME_BYTES_MAX = 255;
  private static final int REMEMBERED_SHARES = 128; // all remember together what so many may

  private final ServerLimits limits;
  private final RandomGenerator random;
  private final Consumer<ClientSession> onEnd;
  private final DepartedClients departed;
  private final Map<NodeId, ClientSession> byNode = new LinkedHashMap<>();
  private final Map<Long, ClientSession> byToken = new HashMap<>();
  private final Map<Long, ClientSession> byRoute = new HashMap<>();
  private final Set<ClientSession> gone = new LinkedHashSet<>(); // no session; longest gone first

  /**
   * Nobody yet.
   *
   * @param onEnd hears of each client whose session has ended, whatever ended it
   */
  ClientSessions(ServerLimits limits, RandomGenerator random, Consumer<ClientSession> onEnd) {
    this.limits = limits;
    this.random = random;
    this.onEnd = onEnd;
    this.departed = new DepartedClients(limits.clientsMax());
  }

  /**
   * Which Hello of a batch counts: that of the greatest epoch. An answer lists all methods, and to give
   * thousands of them would take seconds.
   */
  static int newestHello(List<Packet> packets) {
    int newest = -1;
    long epoch = -1;
    for (int i = 0; i < packets.size(); i++) {
      if (packets.get(i) instanceof Hello hello && hello.epoch() >= epoch) {
        newest = i;
        epoch = hello.epoch();
      }
    }
    return newest;
  }

  /** The client that may use this session number on this connection. */
  @Nullable
  ClientSession find(long route, long token) {
    ClientSession client = token == 0 ? null : byToken.get(token);
    return client != null && client.route == route ? client : null;
  }

  /** Why this Hello opens no session; null if it may. */
  @Nullable
  Refusal objection(Hello hello, PeerIdentity identity) {
    if (hello.versionMin() > Hello.VERSION || hello.versionMax() < Hello.VERSION) {
      return refusal(Refusal.Reason.VERSION, "this server speaks version 1", 0, hello.epoch());
    }
    if (hello.epoch() <= 0) {
      return refusal(
          Refusal.Reason.MALFORMED, "epoch: " + hello.epoch() + " (expected: >= 1)", 0, 0);
    }
    if (!mayUse(hello.nodeId(), identity)) {
      return refusal(
          Refusal.Reason.NOT_AUTHORIZED,
          "node_id: that of another peer (expected: one's own)",
          STRANGER_RETRY_AFTER_MS,
          hello.epoch());
    }
    int nameBytes = hello.name().getBytes(StandardCharsets.UTF_8).length;
    if (nameBytes > NAME_BYTES_MAX) {
      return refusal(
          Refusal.Reason.MALFORMED,
          "name: " + nameBytes + " bytes (expected: <= " + NAME_BYTES_MAX + ")",
          0,
          hello.epoch());
    }
    boolean known = byNode.containsKey(hello.nodeId());
    if (!known && byNode.size() >= limits.clientsMax() && !forgetOne()) {
      return refusal(
          Refusal.Reason.TOO_MANY_CLIENTS,
          "clients: " + byNode.size() + " (expected: < " + limits.clientsMax() + ")",
          RETRY_AFTER_MS,
          hello.epoch());
    }
    return null;
  }

  /** Opens a session, or finds the one that this Hello has opened before; null if it is outdated. */
  @Nullable
  ClientSession open(long route, Hello hello, PeerIdentity identity, long nowNs) {
    ClientSession client = byNode.get(hello.nodeId());
    if (client == null) {
      long ranMax = departed.take(hello.nodeId(), hello.epoch());
      client = new ClientSession(hello.nodeId(), identity, limits, ranMax);
      byNode.put(hello.nodeId(), client);
    }
    if (hello.epoch() > client.epoch) {
      end(client);
      onDisconnect(route); // one connection is one client: another that was there has gone
      client.epoch = hello.epoch();
      client.identity = identity; // the same, but it may have other names now
      client.name = hello.name();
      client.responseBytesMax = hello.responseBytesMax();
      begin(client, route);
    } else if (find(route, client.token) != client || hello.epoch() < client.epoch) {
      return null;
    }
    client.idleSinceNs = nowNs;
    return client;
  }

  /** The connection is gone, and with it the session that was opened there. */
  void onDisconnect(long route) {
    ClientSession client = byRoute.get(route);
    if (client != null) {
      end(client);
    }
  }

  /** Ends the sessions of clients without word or work for long, and forgets who has no answers. */
  void sweep(long nowNs, ServerOutbox out) {
    long remembered = 0;
    Iterator<ClientSession> all = byNode.values().iterator();
    while (all.hasNext()) {
      ClientSession client = all.next();
      client.recent.forgetOlderThan(nowNs - limits.rememberedAgeNs());
      remembered += client.recent.bytes();
      boolean idle = nowNs - client.idleSinceNs > limits.sessionIdleNs();
      if (!idle || client.active.count() > 0) {
        continue;
      }
      if (client.connected) {
        end(client);
        out.sessionClosed(client.route);
      }
      if (client.recent.count() == 0) {
        all.remove();
        gone.remove(client);
        departed.add(client.nodeId, client.identity, client.seqMax());
      }
    }
    relieve(remembered, nowNs);
  }

  /** All together remember too much: the longest gone are forgotten first, then what the rest got last. */
  private void relieve(long rememberedBytes, long nowNs) {
    long most = REMEMBERED_SHARES
        * Math.min(limits.rememberedBytesMax(), Long.MAX_VALUE / REMEMBERED_SHARES);
    if (rememberedBytes <= most) {
      return;
    }
    while (forgetOne()) {
      // those without a session have the least use of their answers
    }
    long left = 0;
    for (ClientSession client : byNode.values()) {
      left += client.recent.bytes();
      if (left > most) {
        left -= client.recent.bytes();
        client.recent.forgetOlderThan(nowNs + 1);
      }
    }
  }

  /** Forgets the one that has been gone for longest and has no work; false if there is none. */
  private boolean forgetOne() {
    Iterator<ClientSession> all = gone.iterator();
    while (all.hasNext()) {
      ClientSession client = all.next();
      if (client.active.count() == 0) {
        all.remove();
        byNode.remove(client.nodeId);
        long ranMax = Math.max(client.seqMax(), client.takenMax);
        departed.add(client.nodeId, client.identity, ranMax);
        return true;
      }
    }
    return false;
  }

  Iterable<ClientSession> all() {
    return byNode.values();
  }

  boolean isEmpty() {
    return byNode.isEmpty();
  }

  static Refusal unknownSession() {
    return refusal(Refusal.Reason.UNKNOWN_SESSION, "say Hello first", 0, 0);
  }

  /** A node id belongs to who came with it first, for as long as anything is known of it. */
  private boolean mayUse(NodeId nodeId, PeerIdentity identity) {
    ClientSession client = byNode.get(nodeId);
    return client == null ? departed.mayTake(nodeId, identity) : client.identity.equals(identity);
  }

  private void begin(ClientSession client, long route) {
    client.route = route;
    client.token = newToken();
    client.connected = true;
    gone.remove(client);
    byToken.put(client.token, client);
    byRoute.put(route, client);
  }

  private void end(ClientSession client) {
    if (client.connected) {
      client.connected = false;
      gone.add(client);
      byToken.remove(client.token);
      byRoute.remove(client.route);
      onEnd.accept(client);
    }
  }

  private static Refusal refusal(Refusal.Reason reason, String text, int retryAfterMs, long epoch) {
    return new Refusal(reason, text, Hello.VERSION, Hello.VERSION, retryAfterMs, epoch);
  }

  private long newToken() {
    long token;
    do {
      token = random.nextLong();
    } while (token == 0 || byToken.containsKey(token));
    return token;
  }
}
