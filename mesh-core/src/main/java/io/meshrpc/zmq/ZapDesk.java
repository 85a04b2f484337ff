package io.meshrpc.zmq;

import io.meshrpc.api.PeerIdentity;
import io.meshrpc.edge.SafeLog;
import io.meshrpc.security.CurveSecurity;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import zmq.Msg;
import zmq.io.Metadata;

/**
 * Answers JeroMQ, which asks at each handshake of CURVE whether the client's key may come in (ZAP, RFC
 * 27), and tells who stands behind what comes. On a thread of its own, for the list may be slow.
 *
 * <p>The identity travels with each frame as a property under a name that nobody else can know: what a
 * client says of itself in the handshake overwrites JeroMQ's own {@code User-Id}.
 */
final class ZapDesk implements AutoCloseable {
  private static final String ENDPOINT = "inproc://zeromq.zap.01"; // all that JeroMQ looks for
  private static final int KEY_BYTES = 32;
  private static final int JOIN_MS = 10;
  private static final int JOINS_MAX = 100;
  private static final long COMPLAIN_EVERY_MS = 1000;
  private static final long KEEP_MS = 300_000; // what is let in and has not said anything

  /** Who hears what it does; called from any thread, must only hand over. */
  interface News {
    /** A key was let in. */
    void onAdmitted();

    /** A key was not let in. */
    void onRefused(String peer, String reason);

    /** The list has changed: connections are to be judged again. */
    void onChange();
  }

  private final CurveSecurity security;
  private final News news;
  private final ZMQ.Socket socket;
  private final Thread thread;
  private final Runnable deaf;
  private final String property;
  private final long keepMs;
  private final Map<String, Admitted> admitted = new ConcurrentHashMap<>(); // by key
  private final Map<String, Integer> inside = new HashMap<>(); // connections by key; its own lock
  private long complainedMs = nowMs() - COMPLAIN_EVERY_MS; // by its thread
  private final AtomicBoolean over = new AtomicBoolean();

  /** What a key is called, and when it was let in last. */
  private record Admitted(String name, long atMs) {}

  ZapDesk(ZContext context, CurveSecurity security, News news) {
    this(context, security, news, KEEP_MS);
  }

  /** One that forgets keys without a connection after another time. */
  ZapDesk(ZContext context, CurveSecurity security, News news, long keepMs) {
    this.keepMs = keepMs;
    this.security = security;
    this.news = news;
    byte[] secret = new byte[16];
    new SecureRandom().nextBytes(secret);
    this.property = "Mesh-" + HexFormat.of().formatHex(secret);
    this.socket = context.createSocket(SocketType.REP);
    socket.setLinger(0);
    socket.bind(ENDPOINT);
    this.deaf = security.onChange(this::judgeAgain);
    this.thread = new Thread(this::run, "mesh-zap");
    thread.setDaemon(true);
    thread.start();
  }

  /** A connection's first frame: who has sent it, until it {@link #left}; null if nobody whom the list knows. */
  @Nullable
  PeerIdentity enter(@Nullable Metadata metadata) {
    String proven = metadata == null ? null : metadata.get(property);
    if (proven == null) {
      return null;
    }
    int space = proven.indexOf(' ');
    PeerIdentity peer = PeerIdentity.curve(proven.substring(space + 1), proven.substring(0, space));
    synchronized (inside) {
      if (!isIn(peer)) {
        return null;
      }
      inside.merge(peer.key(), 1, Integer::sum);
    }
    return peer;
  }

  /** A connection has ended. */
  void left(PeerIdentity peer) {
    synchronized (inside) {
      inside.computeIfPresent(peer.key(), (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** Whether the list still knows it, under the same name. Any thread. */
  boolean isIn(PeerIdentity peer) {
    Admitted known = admitted.get(peer.key());
    return known != null && peer.names().get(0).equals(known.name());
  }

  /** Keys that come back are judged again. */
  private void forgetGone() {
    long sinceMs = nowMs() - keepMs;
    for (Map.Entry<String, Admitted> known : admitted.entrySet()) {
      synchronized (inside) {
        if (known.getValue().atMs() - sinceMs < 0 && !inside.containsKey(known.getKey())) {
          admitted.remove(known.getKey(), known.getValue());
        }
      }
    }
  }

  /** Keys that are known. */
  int count() {
    return admitted.size();
  }

  /** Asks again about each key that is inside, or may be on its way in. */
  private synchronized void judgeAgain() {
    boolean changed = false;
    forgetGone();
    for (Map.Entry<String, Admitted> known : admitted.entrySet()) {
      String name = known.getValue().name();
      try {
        if (!name.equals(nameOf(known.getKey()))) {
          changed |= admitted.remove(known.getKey(), known.getValue());
        }
      } catch (RuntimeException e) { // no reason to end what is there
        SafeLog.log(Level.WARNING, "the allow-list failed; " + name + " stays", e);
      }
    }
    if (changed) {
      news.onChange();
    }
  }

  /** However many knock, and whatever comes of it: the list is looked at when it is time. */
  private void run() {
    long everyMs = security.reloadEvery().toMillis();
    long lookMs = nowMs() + everyMs;
    while (!over.get()) {
      try {
        long leftMs = lookMs - nowMs();
        if (leftMs > 0) {
          answerNext((int) leftMs);
        } else {
          lookMs = nowMs() + everyMs;
          forgetGone();
          security.look();
        }
      } catch (Throwable e) { // whatever it is: nobody is let in for it, and the next one is judged
        complain(e);
      }
    }
  }

  /** Once a second at most: anybody may knock. */
  private void complain(Throwable e) {
    long now = nowMs();
    if (now - complainedMs >= COMPLAIN_EVERY_MS) {
      complainedMs = now;
      SafeLog.log(Level.WARNING, "a client's key could not be judged", e);
    }
  }

  private void answerNext(int waitMs) {
    socket.setReceiveTimeOut(waitMs);
    Msg first = socket.base().recv(0, over);
    if (first != null) {
      answer(readAll(first));
    }
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }

  private List<byte[]> readAll(Msg first) {
    List<byte[]> parts = new ArrayList<>();
    Msg part = first;
    while (part != null) {
      parts.add(part.data());
      part = part.hasMore() ? socket.base().recv(0) : null;
    }
    return parts;
  }

  /** Version, request id, domain, address, identity, mechanism, and the key. */
  private void answer(List<byte[]> parts) {
    String id = parts.size() > 1 ? text(parts.get(1)) : "";
    boolean whole =
        parts.size() == 7 && text(parts.get(5)).equals("CURVE") && parts.get(6).length == KEY_BYTES;
    if (!whole) {
      reply(id, "400", "no key", new byte[0]);
      return;
    }
    String key = ZMQ.Curve.z85Encode(parts.get(6));
    String name;
    try {
      name = admit(key);
    } catch (Throwable e) {
      reply(id, "500", "the list failed", new byte[0]);
      throw e;
    }
    if (name == null) {
      reply(id, "400", "not on the list", new byte[0]);
      news.onRefused(text(parts.get(3)), "the key " + key + " is not on the list");
      return;
    }
    reply(id, "200", "OK", new Metadata(Map.of(property, key + " " + name)).bytes());
    news.onAdmitted();
  }

  /** Not while the list is judged again: what it said before must not be noted after. */
  private synchronized @Nullable String admit(String key) {
    String name = nameOf(key);
    if (name != null) {
      admitted.put(key, new Admitted(name, nowMs()));
    }
    return name;
  }

  private @Nullable String nameOf(String key) {
    Optional<String> name = security.nameOf(key);
    return name.filter(text -> !text.isBlank()).orElse(null);
  }

  private void reply(String id, String status, String text, byte[] metadata) {
    socket.sendMore("1.0");
    socket.sendMore(id);
    socket.sendMore(status);
    socket.sendMore(text);
    socket.sendMore("");
    socket.send(metadata);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * After the server's socket, which would let in everybody without it. A list that never answers does
   * not hold this up; its thread ends when it does.
   */
  @Override
  public void close() {
    deaf.run();
    boolean interrupted = false;
    for (int i = 0; i < JOINS_MAX && thread.isAlive(); i++) {
      socket.base().cancel(over); // again: one that comes between two waits is lost
      try {
        thread.join(JOIN_MS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (!thread.isAlive()) {
      socket.close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
