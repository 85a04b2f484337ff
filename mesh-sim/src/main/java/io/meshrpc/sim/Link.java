package io.meshrpc.sim;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's way to one endpoint, as JeroMQ keeps it: it connects again by itself, and what could
 * not be sent waits for the next connection, whoever may answer there.
 */
final class Link {
  private static final long RECONNECT_NS = 50_000_000L;
  private static final long RECONNECT_MAX_NS = 1_000_000_000L;
  private static final long HANGS_NS = 1_000_000_000L; // a SYN without an answer is sent again

  private final Network network;
  private final SimClient client;
  private final int boot; // of the client's process
  private final SimServer server;
  private final long route;
  private final ArrayDeque<byte[]> unsent = new ArrayDeque<>();
  private @Nullable Connection connection;
  private long reconnectNs = RECONNECT_NS;
  private boolean closed;

  Link(Network network, SimClient client, SimServer server, long route) {
    this.network = network;
    this.client = client;
    this.boot = client.boot();
    this.server = server;
    this.route = route;
  }

  Network network() {
    return network;
  }

  SimClient client() {
    return client;
  }

  int boot() {
    return boot;
  }

  SimServer server() {
    return server;
  }

  long route() {
    return route;
  }

  @Nullable
  Connection connection() {
    return connection;
  }

  void send(byte[] frame) {
    if (closed || (connection != null && connection.writeToServer(frame))) {
      return;
    }
    if (unsent.size() < network.pipeFramesMax()) {
      unsent.addLast(frame);
    } else {
      network.dropped(this, server);
    }
  }

  /** Of what a broken connection has not delivered, the last part may have been in the pipe still. */
  void keep(List<byte[]> undelivered) {
    int lost = network.random().nextInt(undelivered.size() + 1);
    for (byte[] frame : undelivered.subList(lost, undelivered.size())) {
      unsent.addLast(frame);
    }
  }

  /** Begins to connect. */
  void open() {
    long spanNs = network.toServer(client, server).latencyNs();
    spanNs += network.toClient(client, server).latencyNs();
    network.kernel().in(spanNs, this::arrive);
  }

  /** Closes for good, and forgets what was not sent. */
  void close() {
    closed = true;
    unsent.clear();
    if (connection != null) {
      connection.closeByClient();
    }
  }

  /** The client's process is gone. */
  void die(boolean serverLearns) {
    closed = true;
    if (connection != null) {
      connection.breakDown(false, serverLearns);
    }
  }

  void onFrame(Connection from, byte[] frame) {
    if (!closed && connection == from) {
      client.onFrame(this, frame);
    }
  }

  void onLost(Connection from) {
    if (closed || connection != from) {
      return;
    }
    connection = null;
    client.onLost(this);
    openLater();
  }

  private void openLater() {
    network.kernel().in(reconnectNs + network.random().nextLong(RECONNECT_NS), () -> {
      if (!closed) {
        open();
      }
    });
    reconnectNs = Math.min(RECONNECT_MAX_NS, reconnectNs * 2);
  }

  private void arrive() {
    if (closed) {
      return;
    }
    boolean blocked = network.toServer(client, server).isBlocked()
        || network.toClient(client, server).isBlocked();
    if (blocked || server.isSilent()) {
      network.kernel().in(HANGS_NS, this::arrive);
    } else if (!server.listens()) {
      client.onRefused(this);
      openLater();
    } else {
      establish();
    }
  }

  private void establish() {
    reconnectNs = RECONNECT_NS;
    Connection fresh = server.accept(this);
    connection = fresh;
    client.onConnected(this);
    while (!unsent.isEmpty()) {
      fresh.writeToServer(unsent.removeFirst());
    }
  }
}
