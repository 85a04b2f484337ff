package io.meshrpc.core;

import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Refusal;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a server. Each Hello of a greater epoch gets a session number of its own, and only
 * the latest is good: the fence against requests of earlier connections and earlier processes.
 */
final class ClientSessions {
  static final int VERSION = 1;
  private static final int RETRY_AFTER_MS = 1000;

  private final ServerLimits limits;
  private final RandomGenerator random;
  private final Map<NodeId, ClientSession> byNode = new LinkedHashMap<>();
  private final Map<Long, ClientSession> byToken = new HashMap<>();
  private final Map<Long, ClientSession> byRoute = new HashMap<>();

  ClientSessions(ServerLimits limits, RandomGenerator random) {
    this.limits = limits;
    this.random = random;
  }

  /** The client that may use this session number on this connection. */
  @Nullable
  ClientSession find(long route, long token) {
    ClientSession client = token == 0 ? null : byToken.get(token);
    return client != null && client.route == route && client.connected ? client : null;
  }

  /** Why this Hello opens no session; null if it may. */
  @Nullable
  Refusal objection(Hello hello) {
    if (hello.versionMin() > VERSION || hello.versionMax() < VERSION) {
      return refusal(Refusal.Reason.VERSION, "this server speaks version 1", 0, hello.epoch());
    }
    if (hello.epoch() <= 0) {
      return refusal(
          Refusal.Reason.MALFORMED, "epoch: " + hello.epoch() + " (expected: >= 1)", 0, 0);
    }
    if (!byNode.containsKey(hello.nodeId()) && byNode.size() >= limits.clientsMax()) {
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
  ClientSession open(long route, Hello hello, long nowNs) {
    ClientSession client =
        byNode.computeIfAbsent(hello.nodeId(), id -> new ClientSession(id, limits));
    if (hello.epoch() < client.epoch || (hello.epoch() == client.epoch && client.route != route)) {
      return null;
    }
    if (hello.epoch() > client.epoch) {
      byToken.remove(client.token);
      byRoute.remove(client.route, client);
      client.epoch = hello.epoch();
      client.route = route;
      client.token = newToken();
      byToken.put(client.token, client);
      byRoute.put(route, client);
    }
    client.name = hello.name();
    client.responseBytesMax = hello.responseBytesMax();
    client.connected = true;
    client.lastHeardNs = nowNs;
    return client;
  }

  /** The connection is gone; its client, if it had one. */
  @Nullable
  ClientSession onDisconnect(long route) {
    ClientSession client = byRoute.remove(route);
    if (client != null) {
      client.connected = false;
      byToken.remove(client.token);
    }
    return client;
  }

  /** Forgets clients that have said nothing for long and have no work here. */
  void sweep(long nowNs, ServerOutbox out) {
    Iterator<ClientSession> all = byNode.values().iterator();
    while (all.hasNext()) {
      ClientSession client = all.next();
      client.recent.forgetOlderThan(nowNs - limits.rememberedAgeNs());
      if (client.active.isEmpty() && nowNs - client.lastHeardNs > limits.sessionIdleNs()) {
        all.remove();
        byToken.remove(client.token);
        if (byRoute.remove(client.route, client)) {
          out.sessionClosed(client.route);
        }
      }
    }
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

  private static Refusal refusal(Refusal.Reason reason, String text, int retryAfterMs, long epoch) {
    return new Refusal(reason, text, VERSION, VERSION, retryAfterMs, epoch);
  }

  private long newToken() {
    long token;
    do {
      token = random.nextLong();
    } while (token == 0 || byToken.containsKey(token));
    return token;
  }
}
