package io.meshrpc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stands between a client and a server, and cuts their connections when told to. */
final class CutProxy implements AutoCloseable {
  private final ServerSocket door;
  private final URI target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  CutProxy(String endpoint) throws IOException {
    target = URI.create(endpoint);
    door = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    daemon(this::accept);
  }

  String endpoint() {
    return "tcp://127.0.0.1:" + door.getLocalPort();
  }

  /** Resets what is connected; who comes anew is let through. */
  void cut() {
    for (Socket socket : open) {
      open.remove(socket);
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (IOException e) {
        // it was closed from the other side
      }
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
    cut();
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket from = door.accept();
        Socket to = new Socket(target.getHost(), target.getPort());
        from.setTcpNoDelay(true);
        to.setTcpNoDelay(true);
        open.add(from);
        open.add(to);
        daemon(() -> pump(from, to));
        daemon(() -> pump(to, from));
      } catch (IOException e) {
        // the door is closed, or the server is not there
      }
    }
  }

  private static void pump(Socket from, Socket to) {
    byte[] buffer = new byte[8192];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int count;
      while ((count = in.read(buffer)) >= 0) {
        out.write(buffer, 0, count);
      }
    } catch (IOException e) {
      // cut
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "cut-proxy");
    thread.setDaemon(true);
    thread.start();
  }
}
