package io.meshrpc.soak;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** Stands between a client and a server, and lets pass what it likes, when it likes. */
final class FaultProxy implements Closeable {
  private static final int CHUNK_BYTES = 16 << 10;
  private static final long LOOK_NS = 5_000_000L; // how soon a change is noticed

  /** What it does with bytes. */
  enum Mode {
    PASS,
    /** Nothing passes; all of it comes later. */
    PAUSE,
    /** Bytes are taken, and lost; neither side learns. Ends with a reset. */
    BLACK_HOLE
  }

  private final ServerSocket listener;
  private final int targetPort;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private volatile Mode mode = Mode.PASS;
  private volatile long delayNs;
  private volatile long bytesPerSecond = Long.MAX_VALUE;
  private volatile boolean closed;

  FaultProxy(int targetPort) throws IOException {
    this.targetPort = targetPort;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept, "proxy-accept");
  }

  String endpoint() {
    return "tcp://127.0.0.1:" + listener.getLocalPort();
  }

  void mode(Mode next) {
    mode = next;
  }

  void delay(long ms) {
    delayNs = ms * 1_000_000;
  }

  void bandwidth(long bytesEachSecond) {
    bytesPerSecond = bytesEachSecond;
  }

  /** All is well again; what a black hole has swallowed must not be missed in the midst of a stream. */
  void heal() {
    if (mode == Mode.BLACK_HOLE) {
      reset();
    }
    mode = Mode.PASS;
    delayNs = 0;
    bytesPerSecond = Long.MAX_VALUE;
  }

  /** Breaks all connections; both ends learn. */
  void reset() {
    links.forEach(Link::reset);
  }

  /** The server's end is gone, and the client does not learn. Ends with a {@link #reset}. */
  void halfOpen() {
    mode = Mode.BLACK_HOLE; // first: the client must not learn from what follows
    links.forEach(link -> quietly(link.server));
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    reset();
  }

  private void accept() {
    while (!closed) {
      Socket client = null;
      try {
        client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), targetPort);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Link link = new Link(client, server);
        links.add(link);
        start(() -> link.pump(link.client, link.server), "proxy-to-server");
        start(() -> link.pump(link.server, link.client), "proxy-to-client");
      } catch (IOException e) { // nobody listens there: the client learns by a reset
        if (client != null) {
          abort(client);
        }
      }
    }
  }

  private static void start(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void quietly(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is closed, then
    }
  }

  private static void abort(Socket socket) {
    try {
      socket.setSoLinger(true, 0); // a reset rather than an end
    } catch (IOException e) {
      // it is closed already
    }
    quietly(socket);
  }

  /** A connection of a client, and its continuation to the server. */
  private final class Link {
    final Socket client;
    final Socket server;

    Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void pump(Socket from, Socket to) {
      byte[] chunk = new byte[CHUNK_BYTES];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        int count;
        while ((count = in.read(chunk)) >= 0) {
          hold(count);
          if (mode != Mode.BLACK_HOLE) {
            out.write(chunk, 0, count);
          }
        }
      } catch (IOException e) {
        // as below
      }
      if (mode != Mode.BLACK_HOLE) { // else nobody is to learn
        reset();
      }
    }

    private void hold(int count) {
      long bandwidth = bytesPerSecond;
      long holdNs =
          delayNs + (bandwidth == Long.MAX_VALUE ? 0 : count * 1_000_000_000L / bandwidth);
      long endNs = System.nanoTime() + holdNs;
      for (long leftNs = holdNs; leftNs > 0; leftNs = endNs - System.nanoTime()) {
        LockSupport.parkNanos(leftNs);
      }
      while (mode == Mode.PAUSE && !closed && !client.isClosed()) {
        LockSupport.parkNanos(LOOK_NS);
      }
    }

    void reset() {
      links.remove(this);
      abort(client);
      abort(server);
    }
  }
}
