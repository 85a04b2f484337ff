package io.meshrpc.zmq;

import static io.meshrpc.zmq.CurveStranger.concat;
import static io.meshrpc.zmq.CurveStranger.property;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.meshrpc.MeshClient;
import io.meshrpc.MeshServer;
import io.meshrpc.MeshServerBuilder;
import io.meshrpc.api.CallContext;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.Priority;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.api.ServiceDescriptor;
import io.meshrpc.security.CurveAllowList;
import io.meshrpc.security.CurveKeys;
import io.meshrpc.security.CurveSecurity;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Welcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of CURVE that do not keep to it, and what they get from a server. */
@Timeout(60)
class CurveStrangersTest {
  private static final CurveKeys SERVER = CurveKeys.generate();
  private static final CurveKeys ADMIN = CurveKeys.generate();
  private static final CurveKeys GUEST = CurveKeys.generate();
  private static final byte[] DEALER = property("Socket-Type", "DEALER");
  private static final byte[] HELLO = BatchCodec.encode(
      new Batch(0, 0, null, List.of(new Hello(new NodeId(1, 2), 1, 1, 1, 0, "", 0))));

  private static final Request CALL =
      new Request(1, 1, 1, 5_000_000, Priority.NORMAL, true, false, Metadata.EMPTY, new byte[0]);

  private static final Marshaller<String> TEXT = new Marshaller<>() {
    @Override
    public byte[] encode(String value) {
      return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  };
  private static final MethodDescriptor<String, String> WHO =
      new MethodDescriptor<>("test.Who", "Who", Idempotency.NO_SIDE_EFFECTS, TEXT, TEXT);

  private final List<String> peers = new CopyOnWriteArrayList<>();
  private final MeshServer server = builder().build().start();

  private MeshServerBuilder builder() {
    return MeshServer.builder()
        .bind("tcp://127.0.0.1:*")
        .addService(ServiceDefinition.builder(new ServiceDescriptor("test.Who", List.of(WHO)))
            .blocking(WHO, request -> CallContext.current().orElseThrow().peer().toString())
            .build())
        .security(CurveSecurity.server(
            SERVER,
            CurveAllowList.of(Map.of(ADMIN.publicKey(), "admin", GUEST.publicKey(), "guest"))))
        .authorizer((caller, method) -> {
          peers.add(caller.toString());
          return true;
        });
  }

  @AfterEach
  void othersAreStillServedAndTheServerEnds() {
    assertServed();
    server.close();
  }

  private void assertServed() {
    assertServed(server);
  }

  private static void assertServed(MeshServer by) {
    try (MeshClient mesh = MeshClient.builder()
        .connect(by.endpoint())
        .security(CurveSecurity.client(ADMIN, SERVER.publicKey()))
        .build()) {
      assertThat(mesh.call(WHO, "", CallOptions.DEFAULT)).isEqualTo("CURVE admin");
    }
  }

  private CurveStranger stranger(CurveKeys keys) throws IOException {
    return stranger(keys, server);
  }

  private static CurveStranger stranger(CurveKeys keys, MeshServer to) throws IOException {
    return new CurveStranger(to.endpoint(), SERVER.publicKey(), keys.publicKey(), keys.secretKey());
  }

  @Test
  void aGuestThatCallsItselfAdminInTheHandshakeIsAGuest() throws Exception {
    assertServed(); // the admin was here
    peers.clear();
    byte[] lies = concat(
        DEALER,
        property("User-Id", ADMIN.publicKey() + " admin"),
        property("Mesh-Identity", "admin"));
    try (CurveStranger guest = stranger(GUEST).greet().hello().welcomed().initiate(lies)) {
      assertThat(guest.nextName()).isEqualTo("READY");
      guest.send(HELLO);
      Welcome welcome = (Welcome) BatchCodec.decode(guest.nextFrame()).packets().get(0);
      guest.send(BatchCodec.encode(new Batch(welcome.session(), 0, null, List.of(CALL))));
      await().untilAsserted(() -> assertThat(peers).containsExactly("CURVE guest"));
    }
  }

  @Test
  void whoClaimsAnAddressThatIsNotItsOwnIsNotHeardSinceWhatItLeavesUnreadIsNotCounted()
      throws Exception {
    byte[] lies = concat(DEALER, property("Peer-Address", "10.0.0.1:7"));
    try (MeshServer shy =
            builder().firstWordWithin(Duration.ofSeconds(2)).build().start();
        CurveStranger guest = stranger(GUEST, shy).greet().hello().welcomed().initiate(lies)) {
      assertThat(guest.nextName()).isEqualTo("READY");
      guest.send(HELLO);
      assertThat(guest.nextName()).isEmpty(); // closed, as whoever says nothing is
      assertServed(shy);
    }
  }

  @Test
  void whoLeavesAfterItsCallsIsNotToldAsOneThatNeverSaidAnything() throws IOException {
    List<String> closed = new CopyOnWriteArrayList<>();
    MeshListener listener = new MeshListener() {
      @Override
      public void onClosedConnection(ClosedConnection one) {
        closed.add(one.reason());
      }
    };
    try (MeshServer watched = builder().listener(listener).build().start()) {
      assertServed(watched);
      stranger(GUEST, watched).close();
      await().untilAsserted(() -> assertThat(closed).isNotEmpty());
      assertThat(closed).containsExactly("it ended before its first frame");
    }
  }

  @Test
  void aStrangerOfAnotherKeyGetsAnErrorAndNothingItSendsIsHeard() throws IOException {
    CurveKeys nobody = CurveKeys.generate();
    try (CurveStranger stranger = stranger(nobody).greet().hello().welcomed().initiate(DEALER)) {
      assertThat(stranger.nextName()).isEqualTo("ERROR 400");
      stranger.send(HELLO);
      assertThat(stranger.nextName()).isEmpty();
    }
    assertThat(server.trust().peersAdmitted()).isZero();
    await().untilAsserted(() -> assertThat(server.trust().peersRefused()).isPositive());
  }

  @Test
  void anInitiateThatIsFarTooLongDisturbsNobody() throws IOException {
    byte[] tooLong = concat(DEALER, property("X", "x".repeat(100_000)));
    try (CurveStranger stranger = stranger(GUEST).greet().hello().welcomed().initiate(tooLong)) {
      assertServed(); // while the connection is there
    }
  }

  @Test
  void propertiesThatMakeNoSenseDisturbNobody() throws IOException {
    byte[] lying = {1, 'X', (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1, 2, 3};
    try (CurveStranger stranger = stranger(GUEST).greet().hello().welcomed().initiate(lying)) {
      assertServed();
    }
  }

  @Test
  void aMessageThatIsSentAgainEndsTheConnectionAndIsNotHeardTwice() throws IOException {
    try (CurveStranger guest = stranger(GUEST).greet().hello().welcomed().initiate(DEALER)) {
      assertThat(guest.nextName()).isEqualTo("READY");
      guest.message(10, HELLO);
      assertThat(guest.nextName()).isEqualTo("MESSAGE");
      guest.message(10, HELLO);
      assertThat(guest.nextName()).isEmpty();
    }
  }

  @Test
  void bytesInTheClearAreNotTakenForTheMesh() throws IOException {
    try (CurveStranger guest = stranger(GUEST).greet().hello().welcomed().initiate(DEALER)) {
      assertThat(guest.nextName()).isEqualTo("READY");
      guest.command(HELLO);
      assertThat(guest.nextName()).isEmpty();
    }
  }

  @Test
  void whoSkipsTheHandshakeIsNotHeard() throws IOException {
    try (CurveStranger stranger = stranger(GUEST).greet().send(HELLO)) {
      assertThat(stranger.nextName()).isIn("", "ERROR ");
    }
    try (CurveStranger stranger = stranger(GUEST).greet().initiate(DEALER)) {
      assertThat(stranger.nextName()).isIn("", "ERROR ");
    }
    assertThat(server.trust().peersAdmitted()).isZero();
  }
}
