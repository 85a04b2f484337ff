package io.meshrpc.bench;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/** Bare JeroMQ: DEALER and ROUTER, one message for each request, blocking {@code recv}. */
final class JeromqPeer implements BenchPeer {
  private static final int ID_BYTES = Long.BYTES;

  @Override
  public BenchServer serve(String broker) {
    ZContext zmq = new ZContext();
    ZMQ.Socket router = zmq.createSocket(SocketType.ROUTER);
    router.setHWM(0);
    int port = router.bindToRandomPort("tcp://127.0.0.1");
    Thread thread = new Thread(() -> echoAll(router), "bench-jeromq");
    thread.setDaemon(true);
    thread.start();
    return new BenchServer() {
      @Override
      public String address() {
        return "tcp://127.0.0.1:" + port;
      }

      @Override
      public void close() {
        // Its socket belongs to a thread that waits for ever; both end with the process.
      }
    };
  }

  private static void echoAll(ZMQ.Socket router) {
    try {
      while (true) {
        byte[] client = router.recv();
        byte[] request = router.recv();
        router.send(client, ZMQ.SNDMORE);
        router.send(request);
      }
    } catch (ZMQException e) {
      System.err.println("jeromq: the server ends: " + e);
    }
  }

  @Override
  public BenchClient connect(ClientSetup setup) {
    return new Client(setup);
  }

  /** A socket for each caller and for each pipeline. */
  private static final class Client implements BenchClient {
    private final ZContext zmq = new ZContext();
    private final ClientSetup setup;

    Client(ClientSetup setup) {
      this.setup = setup;
    }

    private ZMQ.Socket connect() {
      ZMQ.Socket dealer = zmq.createSocket(SocketType.DEALER);
      dealer.setHWM(0);
      dealer.setLinger(0);
      setup.addresses().forEach(dealer::connect);
      return dealer;
    }

    @Override
    public BlockingCaller caller() {
      ZMQ.Socket dealer = connect();
      byte[] payload = Echoes.payload(setup.payloadBytes());
      return new BlockingCaller() {
        private long id;

        @Override
        public void call() {
          id++;
          dealer.send(packet(id, payload));
          byte[] reply = dealer.recv();
          Echoes.check(reply.length - ID_BYTES, payload.length);
          if (idOf(reply) != id) {
            throw new IllegalStateException("id: " + idOf(reply) + " (expected: " + id + ")");
          }
        }
      };
    }

    @Override
    public Pipeline pipeline(int size) {
      return new SocketPipeline(connect(), Echoes.payload(setup.payloadBytes()), size);
    }

    @Override
    public void close() {
      // The sockets belong to threads that may wait for ever; they end with the process.
    }
  }

  /** Many requests on their way through one socket. */
  private static final class SocketPipeline implements Pipeline {
    private final ZMQ.Socket dealer;
    private final byte[] payload;
    private final Slots slots;

    SocketPipeline(ZMQ.Socket dealer, byte[] payload, int size) {
      this.dealer = dealer;
      this.payload = payload;
      this.slots = new Slots(size);
    }

    @Override
    public void start(InFlight call) {
      dealer.send(packet(slots.put(call), payload));
    }

    @Override
    public boolean progress() {
      byte[] reply = Objects.requireNonNull(dealer.recv(), "recv");
      slots.take(idOf(reply)).ended(reply.length - ID_BYTES, payload.length);
      return true;
    }
  }

  private static byte[] packet(long id, byte[] payload) {
    byte[] packet = new byte[ID_BYTES + payload.length];
    ByteBuffer.wrap(packet).putLong(id).put(payload);
    return packet;
  }

  private static long idOf(byte[] packet) {
    return ByteBuffer.wrap(packet).getLong();
  }
}
