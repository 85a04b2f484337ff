package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server's transport among strangers, and a client's that changes its mind. */
@Timeout(60)
class ZmqTransportTest {
  private static final int FRAME_MAX = 1 << 20;
  private static final int LAST = 0; // ZMTP's flags of a frame
  private static final int MORE = 1;
  private static final byte[] FRAME = BatchCodec.encode(
      new Batch(0, 0, null, List.of(new Hello(new NodeId(1, 2), 1, 1, 1, 0, "", 0))));

  private final Notes notes = new Notes();
  private ZmqTransport server;

  /** Keeps what a transport delivers. */
  private static final class Notes implements Transport.Sink {
    final List<byte[]> frames = new ArrayList<>();
    final List<Long> routes = new ArrayList<>();
    final List<Long> gone = new ArrayList<>();
    final List<List<Integer>> attached = new ArrayList<>(); // lengths of the frames beside each

    @Override
    public void onFrame(long route, byte[] frame) {
      routes.add(route);
      frames.add(frame);
      attached.add(List.of());
    }

    @Override
    public void onFrames(long route, byte[] frame, List<byte[]> more) {
      onFrame(route, frame);
      attached.set(attached.size() - 1, more.stream().map(each -> each.length).toList());
    }

    @Override
    public void onGone(long route) {
      gone.add(route);
    }
  }

  /** Hears nothing of connections. */
  private static final class Deaf implements ZmqTransport.News {
    @Override
    public void onConnected(long route) {}

    @Override
    public void onDisconnected(long route) {}

    @Override
    public void onRefused(long route) {}
  }

  @BeforeEach
  void bind() {
    server = server(FRAME_MAX);
  }

  private static ZmqTransport server(int frameBytesMax) {
    Door door = new Door(ConnectionLimits.DEFAULTS, frameBytesMax, new Doorbell());
    return ZmqTransport.server(frameBytesMax, 0, 1, "tcp://127.0.0.1:*", door, null, null);
  }

  @AfterEach
  void close() {
    server.close();
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

  private Socket dealer() throws IOException {
    return socket("DEALER");
  }

  /** A connection that has greeted as a socket of this type; what it sends and when is the test's. */
  private Socket socket(String type) throws IOException {
    Socket socket = new Socket("127.0.0.1", port());
    socket.setTcpNoDelay(true);
    byte[] greeting = new byte[64];
    greeting[0] = (byte) 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    System.arraycopy("NULL".getBytes(StandardCharsets.US_ASCII), 0, greeting, 12, 4);
    byte[] ready = ("\5READY\13Socket-Type\0\0\0" + (char) type.length() + type)
        .getBytes(StandardCharsets.ISO_8859_1);
    OutputStream out = socket.getOutputStream();
    out.write(greeting);
    out.write(new byte[] {4, (byte) ready.length});
    out.write(ready);
    out.flush();
    byte[] answer = socket.getInputStream().readNBytes(greeting.length + 2); // and READY's head
    if (answer.length == greeting.length + 2) { // else it has hung up
      socket.getInputStream().readNBytes(answer[answer.length - 1]);
    }
    return socket;
  }

  private static void sendPart(Socket socket, int flags, byte[] part) throws IOException {
    socket.getOutputStream().write(new byte[] {(byte) flags, (byte) part.length});
    socket.getOutputStream().write(part);
    socket.getOutputStream().flush();
  }

  private static void sendFrame(Socket socket) throws IOException {
    sendPart(socket, LAST, FRAME);
  }

  @Test
  void framesThatComeWithOneAreDeliveredWithIt() throws IOException {
    try (Socket client = dealer()) {
      sendPart(client, 1, new byte[] {1});
      sendPart(client, 1, new byte[] {2, 2});
      sendPart(client, 0, new byte[] {3, 3, 3});
      sendPart(client, 0, new byte[] {4});
      receiveFrames(2);

      assertThat(notes.frames).containsExactly(new byte[] {1}, new byte[] {4});
      assertThat(notes.attached).containsExactly(List.of(2, 3), List.of()); // their lengths
    }
  }

  @ParameterizedTest
  @CsvSource({"1025, 2", "1026, 1"})
  void moreFramesThanAMessageMayHaveAreDropped(int frames, int bytesOfTheLastKept)
      throws IOException {
    try (Socket client = dealer()) {
      for (int i = 1; i < frames; i++) {
        sendPart(client, MORE, new byte[] {1});
      }
      sendPart(client, LAST, new byte[] {2, 2});
      receiveFrames(1);

      assertThat(notes.attached).singleElement().satisfies(kept -> {
        assertThat(kept).hasSize(1024);
        assertThat(kept.get(1023)).isEqualTo(bytesOfTheLastKept);
      });
    }
  }

  @Test
  void moreBytesThanAMessageMayHaveAreDropped() throws IOException {
    server.close();
    server = server(10_000);
    try (Socket client = dealer()) {
      for (int i = 0; i < 60; i++) {
        sendPart(client, i < 59 ? 1 : 0, new byte[200]);
      }
      receiveFrames(1);

      long bytes = notes.attached.get(0).stream().mapToLong(Integer::intValue).sum();
      assertThat(bytes).isEqualTo(49 * 200); // and the first
    }
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
  void framesBeyondTheFirstAreIgnored() throws IOException {
    try (Socket socket = dealer()) {
      sendPart(socket, MORE, FRAME);
      sendPart(socket, MORE, new byte[] {1, 2, 3});
      sendPart(socket, LAST, new byte[] {4});
      sendFrame(socket);
      receiveFrames(2);
      assertThat(notes.frames).containsExactly(FRAME, FRAME);
    }
  }

  @Test
  void otherKindsOfSocketsAreStrangersToo() throws IOException {
    try (Socket request = socket("REQ");
        Socket good = dealer()) {
      sendPart(request, MORE, new byte[0]);
      sendPart(request, LAST, FRAME);
      receiveFrames(1);
      assertThat(notes.frames.get(0)).isEmpty();
      for (String type : List.of("SUB", "PULL", "PAIR", "PUSH", "NONSENSE")) {
        try (Socket wrong = socket(type)) {
          assertThat(wrong.isConnected()).isTrue();
        }
      }
      sendFrame(good);
      receiveFrames(2);
      assertThat(notes.frames.get(1)).isEqualTo(FRAME);
    }
  }

  @Test
  void aHugeFrameEndsItsConnectionOnly() throws IOException {
    try (Socket good = dealer();
        Socket greedy = dealer()) {
      sendFrame(good);
      receiveFrames(1);
      ByteBuffer head = ByteBuffer.allocate(9).put((byte) 2).putLong(FRAME_MAX + 1);
      greedy.getOutputStream().write(head.array());
      greedy.getOutputStream().flush();
      assertThat(greedy.getInputStream().read()).isEqualTo(-1); // hung up
      sendFrame(good);
      receiveFrames(2);
      assertThat(notes.routes).containsExactly(1L, 1L);
    }
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

  @ParameterizedTest
  @CsvSource({"0, false", "1, true"})
  void aClientTakesFramesOfTheGreatestSizeAndNotOneByteMore(int beyond, boolean ends) {
    ZmqTransport client = ZmqTransport.client(FRAME_MAX, 0, 1, null, new Deaf());
    try {
      Notes heard = new Notes();
      client.connect(1, server.endpoint(), server.endpoint());
      client.send(1, FRAME);
      BooleanSupplier hears = () -> {
        client.resetWake();
        client.await(10_000_000);
        client.receive(heard, 10);
        return !heard.frames.isEmpty() || !notes.gone.isEmpty();
      };
      receiveUntil(() -> hears.getAsBoolean() || notes.frames.size() == 1);

      server.send(notes.routes.get(0), new byte[FRAME_MAX + beyond]);
      receiveUntil(hears);

      assertThat(notes.gone).hasSize(ends ? 1 : 0);
      assertThat(heard.frames).hasSize(ends ? 0 : 1);
    } finally {
      client.close();
    }
  }

  @Test
  void aClientTakesNothingFromAConnectionThatItGaveUp() {
    ZmqTransport client = ZmqTransport.client(FRAME_MAX, 0, 1, null, new Deaf());
    try {
      Notes heard = new Notes();
      for (long route = 1; route <= 50; route++) {
        long current = route;
        client.connect(route, server.endpoint(), server.endpoint());
        client.send(route, FRAME);
        int expected = (int) route;
        receiveUntil(() -> {
          client.resetWake();
          client.await(1_000_000); // gets a connection going that got stuck
          return notes.frames.size() >= expected;
        });
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

  @Test
  void aNameThatGoesLeavesTheConnectionOfAnotherNameForTheSameAddress() {
    ZmqTransport client = ZmqTransport.client(FRAME_MAX, 0, 1, null, new Deaf());
    try {
      String address = server.endpoint();
      for (long route = 1; route <= 3; route++) {
        client.connect(route, "tcp://name-" + route + ":1", address);
        client.send(route, FRAME);
      }
      receiveUntil(() -> isTurned(client) && notes.frames.size() >= 3);

      client.disconnect(2);
      receiveUntil(() -> isTurned(client) && !notes.gone.isEmpty());
      client.send(1, FRAME);
      client.send(3, FRAME);

      receiveUntil(() -> isTurned(client) && notes.frames.size() >= 5);
      assertThat(notes.gone).hasSize(1);
      assertThat(client.routeCount()).isEqualTo(2);
    } finally {
      client.close();
    }
  }

  private static boolean isTurned(ZmqTransport client) {
    client.resetWake();
    client.await(100_000_000); // gets a connection going that got stuck
    client.receive(new Notes(), 1000);
    return true;
  }

  @Test
  void whatIsNoAddressLeavesNothingBehind() {
    ZmqTransport client = ZmqTransport.client(FRAME_MAX, 0, 1, null, new Deaf());
    try {
      assertThatThrownBy(() -> client.connect(1, "tcp://999.1.1.1:1", "tcp://999.1.1.1:1"))
          .isInstanceOf(RuntimeException.class);

      assertThat(client.isWanted(1)).isFalse();
      assertThat(client.routeCount()).isZero();
    } finally {
      client.close();
    }
  }
}
