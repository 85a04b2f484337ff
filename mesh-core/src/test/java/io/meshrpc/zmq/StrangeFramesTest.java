package io.meshrpc.zmq;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.MeshServer;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Pong;
import io.meshrpc.wire.Welcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** A peer that ZeroMQ connects and that frames in its own way, before a whole server. */
class StrangeFramesTest {
  private final MeshServer server =
      MeshServer.builder().bind("tcp://127.0.0.1:*").build().start();
  private final ZContext zeroMq = new ZContext();
  private final ZMQ.Socket socket = zeroMq.createSocket(SocketType.DEALER);
  private final Deque<Packet> answers = new ArrayDeque<>();
  private long session;

  @BeforeEach
  void opensASession() throws Exception {
    socket.setReceiveTimeOut(10_000);
    socket.setHandshakeIvl(500); // JeroMQ at times says nothing on a new connection
    socket.connect(server.endpoint());
    socket.send(bytes(0, new Hello(new NodeId(1, 2), 1, 1, 1, 0, "raw", 0)));
    session = ((Welcome) nextAnswer()).session();
  }

  @AfterEach
  void closes() {
    zeroMq.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\0", "\1", "no protobuf"})
  void aMalformedFrameIsNotAnsweredAndEndsNothing(String frame) throws Exception {
    socket.send(frame.getBytes(US_ASCII));
    socket.send(bytes(session, new Ping(3)));

    assertThat(nextAnswer()).isEqualTo(new Pong(3));
  }

  @Test
  void framesBeyondTheFirstAreIgnored() throws Exception {
    socket.sendMore(bytes(session, new Ping(3)));
    socket.sendMore(bytes(session, new Ping(4)));
    socket.send("no protobuf");
    socket.send(bytes(session, new Ping(5)));

    assertThat(nextAnswer()).isEqualTo(new Pong(3));
    assertThat(nextAnswer()).isEqualTo(new Pong(5));
  }

  private Packet nextAnswer() throws Exception {
    while (answers.isEmpty()) {
      byte[] frame = socket.recv();
      assertThat(frame).as("an answer within 10 s").isNotNull();
      answers.addAll(BatchCodec.decode(frame).packets());
    }
    return answers.remove();
  }

  private static byte[] bytes(long inSession, Packet packet) {
    return BatchCodec.encode(new Batch(inSession, 0, null, List.of(packet)));
  }
}
