package io.meshrpc.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Blocking sockets and nothing else: length, 8 bytes of id, payload. The floor under all others. */
final class RawTcpPeer implements BenchPeer {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int UNREAD_BYTES_MAX = 1 << 18; // beyond, both sides might wait to write

  @Override
  public BenchServer serve(String broker) throws IOException {
    ServerSocket acceptor = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    daemon("bench-rawtcp-accept", () -> acceptAll(acceptor));
    return new BenchServer() {
      @Override
      public String address() {
        return "127.0.0.1:" + acceptor.getLocalPort();
      }

      @Override
      public void close() {
        try {
          acceptor.close();
        } catch (IOException e) {
          System.err.println("rawtcp: " + e);
        }
      }
    };
  }

  private static void acceptAll(ServerSocket acceptor) {
    try {
      while (true) {
        Connection client = new Connection(acceptor.accept());
        daemon("bench-rawtcp-echo", () -> echoAll(client));
      }
    } catch (IOException e) {
      System.err.println("rawtcp: the server ends: " + e);
    }
  }

  private static void echoAll(Connection client) {
    try {
      while (true) {
        long id = client.read();
        client.write(id, client.received);
        if (client.hasReadAll()) {
          client.out.flush();
        }
      }
    } catch (EOFException e) {
      // The client has gone.
    } catch (IOException e) {
      System.err.println("rawtcp: a connection ends: " + e);
    }
  }

  private static void daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public BenchClient connect(ClientSetup setup) {
    return new Client(setup);
  }

  /** A connection to each server for each caller and for each pipeline, used in turn. */
  private static final class Client implements BenchClient {
    private final ClientSetup setup;

    Client(ClientSetup setup) {
      this.setup = setup;
    }

    private List<Connection> connectAll() throws IOException {
      List<Connection> servers = new ArrayList<>();
      for (String address : setup.addresses()) {
        int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
        servers.add(new Connection(new Socket(InetAddress.getLoopbackAddress(), port)));
      }
      return servers;
    }

    @Override
    public BlockingCaller caller() throws IOException {
      List<Connection> servers = connectAll();
      byte[] payload = Echoes.payload(setup.payloadBytes());
      return new BlockingCaller() {
        private int id;

        @Override
        public void call() throws IOException {
          id++;
          Connection server = servers.get(Math.floorMod(id, servers.size()));
          server.write(id, payload);
          server.out.flush();
          long echoed = server.read();
          Echoes.check(server.received.length, payload.length);
          if (echoed != id) {
            throw new IllegalStateException("id: " + echoed + " (expected: " + id + ")");
          }
        }
      };
    }

    @Override
    public Pipeline pipeline(int size) throws IOException {
      return new SocketPipeline(connectAll(), Echoes.payload(setup.payloadBytes()), size);
    }

    @Override
    public void close() {
      // Connections end with the process.
    }
  }

  /**
   * Many requests on their way; what is written leaves when there is nothing more to start. Large
   * payloads keep fewer calls in flight than asked for.
   */
  private static final class SocketPipeline implements Pipeline {
    private final List<Connection> servers;
    private final byte[] payload;
    private final Slots slots;
    private int next;
    private int waiting;

    SocketPipeline(List<Connection> servers, byte[] payload, int size) {
      this.servers = servers;
      this.payload = payload;
      this.slots = new Slots(size);
    }

    @Override
    public void start(InFlight call) throws IOException {
      while (waiting > 0 && (waiting + 1L) * payload.length > UNREAD_BYTES_MAX) {
        progress();
      }
      waiting++;
      next = next + 1 == servers.size() ? 0 : next + 1;
      Connection server = servers.get(next);
      server.write(slots.put(call), payload);
      server.waiting++;
    }

    /** One echo from each server that owes one. */
    @Override
    public boolean progress() throws IOException {
      for (Connection server : servers) {
        server.out.flush();
      }
      for (Connection server : servers) {
        if (server.waiting > 0) {
          long id = server.read();
          server.waiting--;
          waiting--;
          slots.take(id).ended(server.received.length, payload.length);
        }
      }
      return true;
    }
  }

  /** One end of a connection, with what it received last. */
  private static final class Connection {
    final DataInputStream in;
    final DataOutputStream out;
    byte[] received = {};
    int waiting;

    Connection(Socket socket) throws IOException {
      socket.setTcpNoDelay(true);
      in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
      out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES));
    }

    void write(long id, byte[] payload) throws IOException {
      out.writeInt(payload.length);
      out.writeLong(id);
      out.write(payload);
    }

    long read() throws IOException {
      int length = in.readInt();
      long id = in.readLong();
      received = new byte[length];
      in.readFully(received);
      return id;
    }

    boolean hasReadAll() throws IOException {
      return in.available() == 0;
    }
  }
}
