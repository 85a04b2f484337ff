package io.meshrpc.zmq;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.meshrpc.MeshServer;
import io.meshrpc.api.MeshListener;
import io.meshrpc.security.TestAuthority;
import io.meshrpc.security.TlsSecurity;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Pong;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Welcome;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.ZContext;

/** Whatever comes before, in or in place of a handshake: the server goes on, and says what it was. */
@Timeout(60)
class TlsStrangersTest {
  private static final int HANDSHAKES_MAX = 8;
  private static final TestAuthority AUTHORITY = new TestAuthority("the authority");

  @TempDir
  static Path folder;

  private final List<String> refused = new CopyOnWriteArrayList<>();
  private final ZContext zeroMq = new ZContext();
  private TlsSecurity tillsKeys;
  private MeshServer server;
  private long nodes;

  @BeforeAll
  static void writesCertificates() {
    AUTHORITY.write(folder, "ca.pem");
    AUTHORITY.node("desk", "ip:127.0.0.1").write(folder, "server");
    AUTHORITY.node("till", "till.test").write(folder, "till");
  }

  private static TlsSecurity.Builder tls(String name) {
    return TlsSecurity.builder()
        .certificate(folder.resolve(name + ".pem"), folder.resolve(name + ".key"))
        .trust(folder.resolve("ca.pem"))
        .reloadEvery(Duration.ZERO);
  }

  @BeforeEach
  void starts() {
    tillsKeys = tls("till").build();
    server = startServer(tls("server").handshakesMax(HANDSHAKES_MAX));
  }

  private MeshServer startServer(TlsSecurity.Builder security) {
    return MeshServer.builder()
        .bind("tcp://127.0.0.1:*")
        .security(security.build())
        .listener(new MeshListener() {
          @Override
          public void onRefusedPeer(RefusedPeer peer) {
            refused.add(peer.reason());
          }
        })
        .build()
        .start();
  }

  @AfterEach
  void ends() {
    zeroMq.close();
    server.close();
  }

  private RawTlsClient client() {
    return new RawTlsClient(zeroMq, tillsKeys, server.endpoint());
  }

  private RawTlsClient connected() throws SSLException {
    RawTlsClient client = client();
    client.socket.send(client.newHello());
    client.finishHandshake();
    return client;
  }

  private Welcome welcome(RawTlsClient client) throws Exception {
    Hello hello = new Hello(new NodeId(1, ++nodes), 1, 1, 1, 0, "raw", 0);
    client.socket.send(client.wrap(bytes(0, hello)));
    return (Welcome) packet(client.next());
  }

  private static byte[] bytes(long session, Packet packet) {
    return BatchCodec.encode(new Batch(session, 0, null, List.of(packet)));
  }

  private static Packet packet(byte[] batch) throws Exception {
    return BatchCodec.decode(batch).packets().get(0);
  }

  private void serverServes() throws Exception {
    RawTlsClient good = connected();
    long session = welcome(good).session();
    good.socket.send(good.wrap(bytes(session, new Ping(3))));
    assertThat(packet(good.next())).isEqualTo(new Pong(3));
  }

  @Test
  void leftoversOfAnEarlierConnectionBeforeTheHandshakeDoNoHarm() throws Exception {
    RawTlsClient client = client();
    byte[] oldRecord = {
      0x17, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0
    };
    client.socket.send(oldRecord);
    client.socket.send(client.newHello()); // its connection was lost before the answer came
    byte[] hello = client.newHello();
    client.socket.send(hello);
    byte[] answer;
    do { // the first may be answered too
      answer = client.receive();
      assertThat(TlsRecords.isServerHello(answer)).isTrue();
    } while (!Arrays.equals(TlsRecords.sessionId(answer), TlsRecords.sessionId(hello)));
    client.finishHandshake(answer);

    assertThat(welcome(client).session()).isNotZero();
    assertThat(refused).isEmpty();
  }

  @Test
  void whoeverBeginsAgainAndAgainIsRefused() throws Exception {
    RawTlsClient client = client();
    for (int i = 0; i < 5; i++) {
      client.socket.send(client.newHello());
    }

    await().until(() -> refused.contains("it begins the handshake again and again"));
    serverServes();
  }

  @Test
  void halfHandshakesDoNotKeepOthersOut() throws Exception {
    for (int i = 0; i < 5 * HANDSHAKES_MAX; i++) {
      RawTlsClient half = client();
      half.socket.send(half.newHello());
    }
    await().until(() -> refused.size() >= 4 * HANDSHAKES_MAX);
    serverServes();
    assertThat(refused).allMatch(reason -> reason.startsWith("too many handshakes at once"));
  }

  @Test
  void aHandshakeThatIsNotFinishedIsGivenUp() throws Exception {
    try (MeshServer impatient =
        startServer(tls("server").handshakeTimeout(Duration.ofMillis(50)))) {
      RawTlsClient half = new RawTlsClient(zeroMq, tillsKeys, impatient.endpoint());
      half.socket.send(half.newHello());

      await().until(() -> refused.contains("no end of the handshake within 50 ms"));
    }
  }

  @Test
  void aHandshakeOfTooManyBytesIsGivenUp() throws Exception {
    RawTlsClient client = client();
    client.socket.send(client.newHello());
    byte[] large = new byte[70_000];
    large[0] = 0x16;
    large[1] = 3;
    client.socket.send(large);

    await().until(() -> refused.contains("handshake: more than 65536 bytes (expected: less)"));
    serverServes();
  }

  @Test
  void aHandshakeOfTooManyRecordsIsGivenUp() throws Exception {
    byte[] first = {0x16, 3, 3, 0, 60, 1, 0, 60, 0, 3, 3};
    ByteBuffer hello = ByteBuffer.allocate(65 + 6 * 9000).put(first).position(65);
    while (hello.hasRemaining()) {
      hello.put(new byte[] {0x16, 3, 3, 0, 1, 7}); // one byte of the Hello, which has no end
    }
    client().socket.send(hello.array());

    await().until(() -> refused.contains("handshake: more than 256 records (expected: less)"));
    serverServes();
  }

  @Test
  void whoSpeaksInTheClearIsToldOnceASecondWhateverItSays() throws Exception {
    RawTlsClient client = client();
    for (int i = 0; i < 100; i++) {
      client.socket.send("garbage " + i);
    }

    Refusal refusal = (Refusal) packet(client.receive());
    assertThat(refusal.reason()).isEqualTo(Refusal.Reason.NOT_AUTHORIZED);
    assertThat(refusal.text()).isEqualTo("this server speaks TLS only");
    assertThat(refusal.retryAfterMs()).isGreaterThanOrEqualTo(10_000);
    client.socket.setReceiveTimeOut(300);
    assertThat(client.socket.recv()).isNull();
    assertThat(server.trust().peersRefused()).isEqualTo(1);
    serverServes();
  }

  @Test
  void clearBytesInTheMiddleOfAHandshakeEndIt() throws Exception {
    RawTlsClient client = client();
    client.socket.send(client.newHello());
    client.socket.send(bytes(0, new Hello(new NodeId(1, 2), 1, 1, 1, 0, "raw", 0)));

    await().until(() -> refused.contains("bytes in the clear in the middle of a handshake"));
    serverServes();
  }

  @Test
  void garbageInTheFormOfRecordsEndsAHandshake() throws Exception {
    byte[] noHello = new byte[200];
    Arrays.fill(noHello, (byte) 7);
    byte[] head = {0x16, 3, 3, 0, (byte) 195, 1, 0, 0, (byte) 191};
    System.arraycopy(head, 0, noHello, 0, head.length);
    RawTlsClient client = client();
    client.socket.send(noHello);

    await().until(() -> refused.size() == 1);
    serverServes();
  }

  @Test
  void aRecordThatWasChangedOnTheWayEndsTheSession() throws Exception {
    RawTlsClient client = connected();
    long session = welcome(client).session();
    byte[] records = client.wrap(bytes(session, new Ping(3)));
    records[records.length - 1] ^= 1;
    byte[] later = client.wrap(bytes(session, new Ping(4)));
    client.socket.send(records);

    await().until(() -> refused.size() == 1);
    assertThatThrownBy(client::next).isInstanceOf(SSLException.class); // an alert
    client.socket.send(later);
    client.socket.setReceiveTimeOut(300);
    assertThat(client.socket.recv()).isNull();
    serverServes();
  }

  @Test
  void aRecordThatCameBeforeIsNotTakenAgain() throws Exception {
    RawTlsClient client = connected();
    long session = welcome(client).session();
    byte[] records = client.wrap(bytes(session, new Ping(3)));
    client.socket.send(records);
    assertThat(packet(client.next())).isEqualTo(new Pong(3));
    client.socket.send(records);

    await().until(() -> refused.size() == 1);
    serverServes();
  }

  @Test
  void anEndOfTlsInGoodOrderEndsTheSession() throws Exception {
    RawTlsClient client = connected();
    long session = welcome(client).session();
    byte[] goodbye = client.goodbye();
    client.socket.send(goodbye);

    await().until(() -> refused.contains("ended by the peer"));
    assertThat(session).isNotZero();
    serverServes();
  }

  @Test
  void halfARecordEndsTheSession() throws Exception {
    RawTlsClient client = connected();
    byte[] records = client.wrap(bytes(welcome(client).session(), new Ping(3)));
    client.socket.send(Arrays.copyOf(records, records.length / 2));

    await().until(() -> refused.size() == 1);
    assertThat(refused.get(0)).contains("half a record");
    serverServes();
  }

  @Test
  void aBatchOfManyRecordsInOneFrameIsOne() throws Exception {
    RawTlsClient client = connected();
    long session = welcome(client).session();
    List<Packet> pings = new ArrayList<>();
    for (int i = 1; i <= 5000; i++) {
      pings.add(new Ping(1000 + i));
    }
    byte[] batch = BatchCodec.encode(new Batch(session, 0, null, pings));
    assertThat(batch.length).isGreaterThan(16 << 10);
    client.socket.send(client.wrap(batch));

    int pongs = 0;
    while (pongs < pings.size()) {
      pongs += BatchCodec.decode(client.next()).packets().size();
    }
    assertThat(pongs).isEqualTo(pings.size());
  }

  @Test
  void whoAsksForNewKeysNowAndThenGetsThem() throws Exception {
    RawTlsClient client = connected();
    long session = welcome(client).session();
    client.socket.send(client.newKeys(1));
    client.socket.send(client.wrap(bytes(session, new Ping(3))));

    assertThat(client.next()).isEmpty(); // new keys of the server's
    assertThat(packet(client.next())).isEqualTo(new Pong(3));
  }

  @Test
  void whoAsksForNewKeysAllTheTimeKeepsTheLoopFromOthersAndIsShownOut() throws Exception {
    RawTlsClient client = connected();
    client.socket.send(client.newKeys(100));

    await().until(() -> refused.contains("too many records without content: 33"));
    serverServes();
  }

  @Test
  void garbageInASessionIsDroppedAndCounted() throws Exception {
    RawTlsClient client = connected();
    long session = welcome(client).session();
    client.socket.send(client.wrap("no protobuf".getBytes(US_ASCII)));
    client.socket.send(client.wrap(bytes(session, new Ping(3))));

    assertThat(packet(client.next())).isEqualTo(new Pong(3));
    assertThat(refused).isEmpty();
  }
}
