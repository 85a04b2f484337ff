package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.security.TlsSecurity;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** A client that speaks TLS over a plain ZeroMQ socket, frame by frame, and may do it wrong. */
final class RawTlsClient {
  private static final byte[] NOTHING = {};

  final ZMQ.Socket socket;
  private final TlsSecurity security;
  private SSLEngine engine;

  RawTlsClient(ZContext zeroMq, TlsSecurity security, String endpoint) {
    this.security = security;
    this.engine = security.clientEngine("127.0.0.1", 1);
    socket = zeroMq.createSocket(SocketType.DEALER);
    socket.setReceiveTimeOut(10_000);
    socket.setHandshakeIvl(500); // JeroMQ at times says nothing on a new connection
    socket.connect(endpoint);
  }

  /** A ClientHello of a new handshake. */
  byte[] newHello() throws SSLException {
    engine = security.clientEngine("127.0.0.1", 1);
    engine.beginHandshake();
    return wrap(NOTHING);
  }

  /** The rest of the handshake, once the Hello is sent. */
  void finishHandshake() throws SSLException {
    finishHandshake(NOTHING);
  }

  /** The rest of the handshake, of which this frame has come already. */
  void finishHandshake(byte[] first) throws SSLException {
    ByteBuffer frame = ByteBuffer.wrap(first);
    for (int step = 0; engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING; step++) {
      assertThat(step).as("steps of a handshake").isLessThan(100);
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> engine.getDelegatedTask().run();
        case NEED_WRAP -> socket.send(wrap(NOTHING));
        default -> {
          frame = frame.hasRemaining() ? frame : ByteBuffer.wrap(receive());
          byte[] unused = unwrap(frame);
        }
      }
    }
  }

  /** So many records that ask for new keys, and have nothing else. */
  byte[] newKeys(int times) throws SSLException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < times; i++) {
      engine.beginHandshake();
      all.writeBytes(wrap(NOTHING));
    }
    return all.toByteArray();
  }

  /** The end of TLS, in good order. */
  byte[] goodbye() throws SSLException {
    engine.closeOutbound();
    return wrap(NOTHING);
  }

  /** A batch as records. */
  byte[] wrap(byte[] batch) throws SSLException {
    ByteBuffer to = ByteBuffer.allocate(batch.length + (64 << 10));
    ByteBuffer from = ByteBuffer.wrap(batch);
    do {
      assertThat(engine.wrap(from, to).bytesProduced()).isPositive();
    } while (from.hasRemaining());
    return Arrays.copyOf(to.array(), to.position());
  }

  /** The batch of the next frame. */
  byte[] next() throws SSLException {
    ByteBuffer frame = ByteBuffer.wrap(receive());
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    for (int step = 0; frame.hasRemaining(); step++) {
      assertThat(step).as("records of a frame").isLessThan(100);
      batch.writeBytes(unwrap(frame));
    }
    return batch.toByteArray();
  }

  /** The next frame as it came. */
  byte[] receive() {
    byte[] frame = socket.recv();
    assertThat(frame).as("an answer within 10 s").isNotNull();
    return frame;
  }

  private byte[] unwrap(ByteBuffer frame) throws SSLException {
    ByteBuffer to = ByteBuffer.allocate(64 << 10);
    var unused = engine.unwrap(frame, to);
    return Arrays.copyOf(to.array(), to.position());
  }
}
