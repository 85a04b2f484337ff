package io.meshrpc.zmq;

import com.neilalexander.jnacl.crypto.curve25519xsalsa20poly1305;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.zeromq.ZMQ;

/** Speaks ZMTP with CURVE by hand, so that it can say in the handshake what no library would. */
final class CurveStranger implements AutoCloseable {
  private static final int ZEROS = 32; // before a plain text
  private static final int BOX_ZEROS = 16; // before a box

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;
  private final byte[] server;
  private final byte[] ownPublic;
  private final byte[] ownSecret;
  private final byte[] shortPublic = new byte[32];
  private final byte[] shortSecret = new byte[32];
  private byte[] serverShort = new byte[32];
  private byte[] cookie = new byte[96];
  private long nonce = 1;

  CurveStranger(String endpoint, String serverKey, String publicKey, String secretKey)
      throws IOException {
    int port = Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(10_000);
    out = socket.getOutputStream();
    in = new DataInputStream(socket.getInputStream());
    server = ZMQ.Curve.z85Decode(serverKey);
    ownPublic = ZMQ.Curve.z85Decode(publicKey);
    ownSecret = ZMQ.Curve.z85Decode(secretKey);
    curve25519xsalsa20poly1305.crypto_box_keypair(shortPublic, shortSecret);
  }

  CurveStranger greet() throws IOException {
    ByteBuffer greeting = ByteBuffer.allocate(64);
    greeting.put((byte) 0xff).position(9);
    greeting.put((byte) 0x7f).put((byte) 3).put((byte) 0);
    greeting.put("CURVE".getBytes(StandardCharsets.US_ASCII));
    out.write(greeting.array());
    in.readFully(new byte[64]);
    return this;
  }

  CurveStranger hello() throws IOException {
    ByteBuffer body = ByteBuffer.allocate(200);
    name(body, "HELLO").put((byte) 1).put((byte) 0).put(new byte[72]).put(shortPublic);
    byte[] box = box("CurveZMQHELLO---", nonce, new byte[64], server, shortSecret);
    command(body.putLong(nonce++).put(box).array());
    return this;
  }

  /** Takes the Welcome, after which the stranger may say who it is. */
  CurveStranger welcomed() throws IOException {
    byte[] welcome = read();
    byte[] full = nonce("WELCOME-", Arrays.copyOfRange(welcome, 8, 24));
    byte[] plain = open(full, Arrays.copyOfRange(welcome, 24, 168), server, shortSecret);
    serverShort = Arrays.copyOfRange(plain, 0, 32);
    cookie = Arrays.copyOfRange(plain, 32, 128);
    return this;
  }

  /** Says who it is, with these bytes for properties. */
  CurveStranger initiate(byte[] properties) throws IOException {
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    byte[] vouched = ByteBuffer.allocate(64).put(shortPublic).put(server).array();
    byte[] vouch = seal(nonce("VOUCH---", random), vouched, serverShort, ownSecret);
    byte[] plain = ByteBuffer.allocate(128 + properties.length)
        .put(ownPublic)
        .put(random)
        .put(vouch)
        .put(properties)
        .array();
    byte[] box = box("CurveZMQINITIATE", nonce, plain, serverShort, shortSecret);
    ByteBuffer body = ByteBuffer.allocate(9 + 96 + 8 + box.length);
    command(name(body, "INITIATE").put(cookie).putLong(nonce++).put(box).array());
    return this;
  }

  /** A property of the handshake. */
  static byte[] property(String name, String value) {
    byte[] key = name.getBytes(StandardCharsets.US_ASCII);
    byte[] text = value.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(1 + key.length + 4 + text.length)
        .put((byte) key.length)
        .put(key)
        .putInt(text.length)
        .put(text)
        .array();
  }

  static byte[] concat(byte[]... parts) {
    ByteBuffer all =
        ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  /** A frame of the mesh, once the handshake is over. */
  CurveStranger send(byte[] frame) throws IOException {
    message(nonce++, frame);
    return this;
  }

  /** The same, under a number of its own choice. */
  void message(long number, byte[] frame) throws IOException {
    byte[] plain =
        ByteBuffer.allocate(1 + frame.length).put((byte) 0).put(frame).array();
    byte[] box = box("CurveZMQMESSAGEC", number, plain, serverShort, shortSecret);
    ByteBuffer body = ByteBuffer.allocate(16 + box.length);
    write(0, name(body, "MESSAGE").putLong(number).put(box).array());
  }

  /** The next frame's name, such as READY or ERROR with its reason; empty once the server has closed. */
  String nextName() {
    try {
      byte[] body = read();
      String name = new String(body, 1, body[0], StandardCharsets.US_ASCII);
      return name.equals("ERROR")
          ? name + " " + new String(body, 7, body.length - 7, StandardCharsets.US_ASCII)
          : name;
    } catch (IOException e) {
      return "";
    }
  }

  /** The next frame of the mesh. */
  byte[] nextFrame() throws IOException {
    byte[] body = read();
    byte[] full = nonce("CurveZMQMESSAGES", Arrays.copyOfRange(body, 8, 16));
    byte[] plain = open(full, Arrays.copyOfRange(body, 16, body.length), serverShort, shortSecret);
    return Arrays.copyOfRange(plain, 1, plain.length);
  }

  void command(byte[] body) throws IOException {
    write(4, body);
  }

  private void write(int flags, byte[] body) throws IOException {
    ByteBuffer frame = body.length < 256
        ? ByteBuffer.allocate(2 + body.length).put((byte) flags).put((byte) body.length)
        : ByteBuffer.allocate(9 + body.length).put((byte) (flags | 2)).putLong(body.length);
    out.write(frame.put(body).array());
    out.flush();
  }

  private byte[] read() throws IOException {
    int flags = in.readUnsignedByte();
    long length = (flags & 2) == 0 ? in.readUnsignedByte() : in.readLong();
    byte[] body = new byte[(int) length];
    in.readFully(body);
    return body;
  }

  private static ByteBuffer name(ByteBuffer body, String name) {
    return body.put((byte) name.length()).put(name.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] box(String prefix, long number, byte[] plain, byte[] to, byte[] from) {
    return seal(nonce(prefix, ByteBuffer.allocate(8).putLong(number).array()), plain, to, from);
  }

  private static byte[] nonce(String prefix, byte[] rest) {
    return concat(prefix.getBytes(StandardCharsets.US_ASCII), rest);
  }

  private static byte[] seal(byte[] nonce, byte[] plain, byte[] to, byte[] from) {
    byte[] padded = concat(new byte[ZEROS], plain);
    byte[] box = new byte[padded.length];
    curve25519xsalsa20poly1305.crypto_box(box, padded, padded.length, nonce, to, from);
    return Arrays.copyOfRange(box, BOX_ZEROS, box.length);
  }

  private static byte[] open(byte[] nonce, byte[] box, byte[] from, byte[] to) {
    byte[] padded = concat(new byte[BOX_ZEROS], box);
    byte[] plain = new byte[padded.length];
    if (curve25519xsalsa20poly1305.crypto_box_open(plain, padded, padded.length, nonce, from, to)
        != 0) {
      throw new IllegalStateException("a box that cannot be opened");
    }
    return Arrays.copyOfRange(plain, ZEROS, plain.length);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
