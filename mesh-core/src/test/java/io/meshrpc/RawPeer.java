package io.meshrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Welcome;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** A peer that speaks ZMTP 3 by hand over a plain socket, and so can say anything at all. */
final class RawPeer implements AutoCloseable {
  static final int LAST = 0;
  static final int MORE = 1;
  static final int LARGE = 2;

  private final Socket socket;
  private final DataInputStream in;
  private final Deque<Packet> answers = new ArrayDeque<>();

  /** Connected, with nothing said. */
  RawPeer(MeshServer server) throws IOException {
    this(server.endpoint());
  }

  /** The same, of a server that may be in another JVM. */
  RawPeer(String endpoint) throws IOException {
    socket = new Socket("127.0.0.1", port(endpoint));
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(10_000);
    in = new DataInputStream(socket.getInputStream());
  }

  private static int port(String endpoint) {
    return Integer.parseInt(endpoint.replaceAll(".*:", ""));
  }

  /** One that has greeted as a DEALER. */
  static RawPeer dealer(MeshServer server) throws IOException {
    return new RawPeer(server).greet("DEALER", Map.of());
  }

  /** One with a session. */
  static RawPeer client(MeshServer server, NodeId nodeId) throws Exception {
    return client(server.endpoint(), nodeId);
  }

  /** The same, of a server that may be in another JVM. */
  static RawPeer client(String endpoint, NodeId nodeId) throws Exception {
    RawPeer peer = new RawPeer(endpoint).greet("DEALER", Map.of());
    peer.hello(nodeId, 1);
    return peer;
  }

  /** Its own port. */
  int port() {
    return socket.getLocalPort();
  }

  RawPeer greet(String type, Map<String, byte[]> properties) throws IOException {
    raw(greeting(3));
    in.readFully(new byte[64]);
    ByteArrayOutputStream ready = new ByteArrayOutputStream();
    ready.writeBytes("\5READY".getBytes(StandardCharsets.US_ASCII));
    property(ready, "Socket-Type", type.getBytes(StandardCharsets.US_ASCII));
    properties.forEach((name, value) -> property(ready, name, value));
    raw(header(4, ready.size()));
    raw(ready.toByteArray());
    return this;
  }

  static byte[] greeting(int version) {
    byte[] greeting = new byte[64];
    greeting[0] = (byte) 0xff;
    greeting[9] = 0x7f;
    greeting[10] = (byte) version;
    System.arraycopy("NULL".getBytes(StandardCharsets.US_ASCII), 0, greeting, 12, 4);
    return greeting;
  }

  private static void property(ByteArrayOutputStream out, String name, byte[] value) {
    out.write(name.length());
    out.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(ByteBuffer.allocate(4).putInt(value.length).array());
    out.writeBytes(value);
  }

  /** A frame's head, with eight bytes of length if the flags say so or it does not fit into one. */
  static byte[] header(int flags, long length) {
    if ((flags & LARGE) != 0 || length > 255) {
      return ByteBuffer.allocate(9).put((byte) (flags | LARGE)).putLong(length).array();
    }
    return new byte[] {(byte) flags, (byte) length};
  }

  void raw(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  void frame(int flags, byte[] body) throws IOException {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(header(flags, body.length));
    both.writeBytes(body);
    raw(both.toByteArray());
  }

  void say(long session, Packet... packets) throws IOException {
    say(session, 0, packets);
  }

  void say(long session, long ackBelow, Packet... packets) throws IOException {
    frame(LAST, BatchCodec.encode(new Batch(session, ackBelow, null, List.of(packets))));
  }

  /** Opens a session. */
  Welcome hello(NodeId nodeId, long epoch) throws Exception {
    say(0, new Hello(nodeId, epoch, 1, 1, 0, "raw", 0));
    return await(Welcome.class);
  }

  /** The next record of this kind; others before it are dropped. */
  <T extends Packet> T await(Class<T> kind) throws Exception {
    while (true) {
      Packet next = next();
      if (kind.isInstance(next)) {
        return kind.cast(next);
      }
    }
  }

  /** The next record. */
  Packet next() throws Exception {
    while (answers.isEmpty()) {
      int flags = in.readUnsignedByte();
      long length = (flags & LARGE) == 0 ? in.readUnsignedByte() : in.readLong();
      assertThat(length).isBetween(0L, 64L << 20);
      byte[] body = in.readNBytes((int) length);
      if ((flags & 4) == 0) {
        answers.addAll(BatchCodec.decode(body).packets());
      }
    }
    return answers.remove();
  }

  /** Whether the server ends the connection, within some seconds. */
  boolean isEnded(int seconds) throws IOException {
    socket.setSoTimeout(1000 * seconds);
    try {
      while (in.read(new byte[4096]) >= 0) {
        // what was on its way
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (EOFException | SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
