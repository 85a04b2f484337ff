package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** A server's transport among strangers, and a client's that changes its mind. */
@Timeout(60)
class ZmqTransportTest {
  private static final int FRAME_MAX = 1 << 20;
  private static final byte[] FRAME = BatchCodec.encode(
      new Batch(0, 0, null, List.of(new Hello(new NodeId(1, 2), 1, 1, 1, 0, "", 0))));

  private final Notes notes = new Notes();
  private final ZContext strangers = new ZContext();
  private ZmqTransport server;

  /** Keeps what a transport delivers. */
  private static final class Notes implements Transport.Sink {
    final List<byte[]> frames = new ArrayList<>();
    final List<Long> routes = new ArrayList<>();
    final List<Long> gone = new ArrayList<>();

    @Override
    public void onFrame(long route, byte[] frame) {
      routes.add(route);
      frames.add(frame);
    }

    @Override
    public void onGone(long route) {
      gone.add(route);
    }
  }

  @BeforeEach
  void bind() {
    server = ZmqTransport.server(FRAME_MAX, 0, "tcp://127.0.0.1:*");
  }

  @AfterEach
  void close() {
    strangers.close();
    server.close();
  }

  private ZMQ.Socket stranger(SocketType type) {
    ZMQ.Socket socket = strangers.createSocket(type);
    socket.connect(server.endpoint());
    return socket;
  }

  private int port() {
    return Integer.parseInt(server.endpoint().replaceAll(".*:", ""));
  }

  private void receive() {
    server.resetWake();
    server.await(10_000_000);
    server.receive(notes, 1000);
  }

  private void receiveFrames(int count) {
    receiveUntil(() -> notes.frames.size() >= count);
  }

  /** In this thread, for a transport belongs to one. */
  private void receiveUntil(BooleanSupplier condition) {
    long endNs = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean()) {
      receive();
      assertThat(System.nanoTime() - endNs)
          .as(
              "still waiting: %d frames, %d gone, %d routes",
              notes.frames.size(), notes.gone.size(), server.routeCount())
          .isNegative();
    }
  }

  /** A connection that has shaken hands; what it sends and when is the test's business. */
  private Socket dealer() throws IOException {
    Socket socket = new Socket("127.0.0.1", port());
    socket.setTcpNoDelay(true);
    byte[] greeting = new byte[64];
    greeting[0] = (byte) 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    System.arraycopy("NULL".getBytes(StandardCharsets.US_ASCII), 0, greeting, 12, 4);
    byte[] ready = "\5READY\13Socket-Type\0\0\0\6DEALER".getBytes(StandardCharsets.ISO_8859_1);
    OutputStream out = socket.getOutputStream();
    out.write(greeting);
    out.write(new byte[] {4, (byte) ready.length});
    out.write(ready);
    out.flush();
    byte[] answer = socket.getInputStream().readNBytes(greeting.length + 2); // and READY's head
    socket.getInputStream().readNBytes(answer[answer.length - 1]);
    return socket;
  }

  private static void sendFrame(Socket socket) throws IOException {
    socket.getOutputStream().write(new byte[] {0, (byte) FRAME.length});
    socket.getOutputStream().write(FRAME);
    socket.getOutputStream().flush();
  }

  @Test
  void connectionsThatComeAndGoLeaveNothingBehind() throws IOException {
    for (int i = 0; i < 1000; i++) {
      try (Socket socket = dealer()) {
        sendFrame(socket);
        receiveFrames(i + 1);
      }
    }
    receiveUntil(() -> server.routeCount() == 0);
    assertThat(notes.gone).hasSize(1000).doesNotHaveDuplicates();
  }

  @Test
  void strangersThatNeverSendAreNotNoted() throws IOException {
    for (int i = 0; i < 100; i++) {
      try (Socket stranger = new Socket("127.0.0.1", port());
          Socket silent = dealer()) {
        stranger
            .getOutputStream()
            .write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(silent.isConnected()).isTrue();
      }
    }
    try (Socket last = dealer()) {
      sendFrame(last);
      receiveUntil(() -> server.routeCount() == 1);
      assertThat(last(notes.frames)).isEqualTo(FRAME);
    }
  }

  private static byte[] last(List<byte[]> frames) {
    return frames.get(frames.size() - 1);
  }

  @Test
  void framesBeyondTheFirstAreIgnored() {
    ZMQ.Socket socket = stranger(SocketType.DEALER);
    socket.sendMore(FRAME);
    socket.sendMore("more");
    socket.send("and more");
    socket.send(FRAME);
    receiveFrames(2);
    assertThat(notes.frames).containsExactly(FRAME, FRAME);
  }

  @Test
  void otherKindsOfSocketsAreStrangersToo() {
    ZMQ.Socket request = stranger(SocketType.REQ); // an empty frame first
    request.send(FRAME);
    receiveFrames(1);
    assertThat(notes.frames.get(0)).isEmpty();
    for (SocketType type : List.of(SocketType.SUB, SocketType.PULL, SocketType.PAIR)) {
      stranger(type);
    }
    ZMQ.Socket push = stranger(SocketType.PUSH);
    push.send(FRAME, ZMQ.DONTWAIT);
    stranger(SocketType.DEALER).send(FRAME);
    receiveUntil(() -> notes.frames.stream().anyMatch(frame -> frame.length == FRAME.length));
  }

  @Test
  void aHugeFrameEndsItsConnectionOnly() {
    ZMQ.Socket good = stranger(SocketType.DEALER);
    good.send(FRAME);
    receiveFrames(1);
    stranger(SocketType.DEALER).send(new byte[FRAME_MAX + 1]);
    good.send(FRAME);
    receiveFrames(2);
    assertThat(notes.routes).containsExactly(1L, 1L);
  }

  @Test
  void announcingAFrameOfImpossibleSizeHarmsNobody() throws IOException {
    try (Socket stranger = dealer();
        Socket good = dealer()) {
      stranger.getOutputStream().write(new byte[] {2, -1, -1, -1, -1, -1, -1, -1, -1}); // -1 bytes
      stranger.getOutputStream().flush();
      sendFrame(good);
      receiveUntil(() -> notes.frames.stream().anyMatch(frame -> frame.length == FRAME.length));
    }
  }

  @Test
  void aFrameThatArrivesInPartsIsOneFrame() throws IOException {
    try (Socket slow = dealer()) {
      OutputStream out = slow.getOutputStream();
      out.write(new byte[] {0, (byte) FRAME.length});
      for (byte part : FRAME) {
        out.write(part);
        out.flush();
        receive();
      }
      receiveFrames(1);
      assertThat(notes.frames).containsExactly(FRAME);
    }
  }

  @Test
  void wakingAfterTheEndIsHarmless() {
    server.close();
    server.wake();
    server.close();
  }

  @Test
  void endsThoughAPeerNeverShakesHands() throws IOException {
    try (Socket silent = new Socket("127.0.0.1", port())) {
      receive();
      assertThat(CompletableFuture.runAsync(server::close))
          .succeedsWithin(java.time.Duration.ofSeconds(10));
      assertThat(silent.isClosed()).isFalse();
    }
  }

  @Test
  void aClientTakesNothingFromAConnectionThatItGaveUp() {
    ZmqTransport.News deaf = new ZmqTransport.News() {
      @Override
      public void onConnected(long route) {}

      @Override
      public void onDisconnected(long route) {}

      @Override
      public void onRefused(long route) {}
    };
    ZmqTransport client = ZmqTransport.client(FRAME_MAX, 0, deaf);
    try {
      Notes heard = new Notes();
      for (long route = 1; route <= 50; route++) {
        long current = route;
        client.connect(route, server.endpoint());
        client.send(route, FRAME);
        receiveFrames((int) route);
        long back = notes.routes.get(notes.routes.size() - 1);
        for (int i = 0; i < 20; i++) {
          server.send(back, FRAME);
        }
        while (!heard.routes.contains(current)) {
          client.resetWake();
          client.await(1_000_000);
          client.receive(heard, 1);
        }
        client.disconnect(route); // with frames on their way
      }
      client.receive(heard, 10_000);
      assertThat(client.routeCount()).isZero();
      assertThat(heard.routes).isSorted();
    } finally {
      client.close();
    }
  }
}
