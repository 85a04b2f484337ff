package io.meshrpc.zmq;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * Keeps new connections from getting stuck. JeroMQ's poller hands a socket over from the one who
 * connects to the one who talks; if both happens within one turn, it forgets to listen to the socket
 * until anything else changes in the same poller. (Ours, where it is in place, does not.) A client of one server, with nothing else to do,
 * would wait for the handshake's timeout. So whoever was connected and not heard of yet gets the
 * poller moved: by another connection, to nobody, that is given up at once.
 */
final class Nudge {
  static final long EVERY_NS = 50_000_000L;
  private static final int TIMES = 20;
  private static final String NOBODY = "tcp://127.0.0.1:1";

  private final ZContext context;
  private final Map<Long, Integer> unheard = new ConcurrentHashMap<>(); // how often to nudge yet
  private ZMQ.@Nullable Socket mover; // owned by the loop

  Nudge(ZContext context) {
    this.context = context;
  }

  /** Called by who reads and writes. */
  void onConnected(long route) {
    unheard.put(route, TIMES);
  }

  /** It was heard of, or is gone. Any thread. */
  void settle(long route) {
    if (!unheard.isEmpty()) {
      unheard.remove(route);
    }
  }

  /** Whether somebody waits for a nudge. */
  boolean isWanted() {
    return !unheard.isEmpty();
  }

  /** For the loop. */
  void nudge() {
    unheard.replaceAll((route, left) -> left - 1);
    unheard.values().removeIf(left -> left <= 0);
    if (mover == null) {
      mover = context.createSocket(SocketType.PUSH);
      mover.setLinger(0);
    }
    mover.connect(NOBODY);
    mover.disconnect(NOBODY);
  }

  /** For the loop, before the context is closed. */
  void close() {
    if (mover != null) {
      mover.close();
    }
  }
}
