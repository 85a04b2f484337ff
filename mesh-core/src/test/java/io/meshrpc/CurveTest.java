package io.meshrpc;

import static io.meshrpc.Contract.PAY;
import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.failureOf;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.Permissions;
import io.meshrpc.api.RpcException;
import io.meshrpc.security.CurveAllowList;
import io.meshrpc.security.CurveKeys;
import io.meshrpc.security.CurveSecurity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in by CURVE, who does not and what both sides learn of it, on real sockets. */
@Timeout(60)
class CurveTest {
  private static final CurveKeys SERVER = CurveKeys.generate();
  private static final CurveKeys ORDERS = CurveKeys.generate();
  private static final CurveKeys STRANGER = CurveKeys.generate();
  private static final CallOptions NOW =
      DEFAULT.withWaitForReady(false).withDeadline(Duration.ofSeconds(20));

  private static CurveSecurity letIn(CurveKeys keys, String name) {
    return CurveSecurity.server(SERVER, CurveAllowList.of(Map.of(keys.publicKey(), name)));
  }

  private static CurveSecurity with(CurveKeys keys) {
    return CurveSecurity.client(keys, SERVER.publicKey());
  }

  private static String caller(String request) {
    return String.valueOf(CallContext.current().orElseThrow().peer());
  }

  private static void awaitDown(MeshClient mesh, String reason) {
    await().untilAsserted(() -> {
      PeerView peer = mesh.peers().get(0);
      assertThat(peer.state()).isEqualTo(PeerState.DOWN);
      assertThat(peer.reason()).contains(reason);
    });
  }

  @Test
  void aClientOnTheListIsServedAndItsHandlerKnowsItsNameAndKey() {
    List<PeerIdentity> seen = new CopyOnWriteArrayList<>();
    try (MeshServer server = server(request -> {
              seen.add(CallContext.current().orElseThrow().peer());
              return request;
            })
            .security(letIn(ORDERS, "orders"))
            .build()
            .start();
        MeshClient mesh = client(server).security(with(ORDERS)).build()) {
      assertThat(mesh.call(READ, "secret", DEFAULT)).isEqualTo("secret");

      PeerIdentity caller = seen.get(0);
      assertThat(caller.kind()).isEqualTo(PeerIdentity.Kind.CURVE);
      assertThat(caller.names()).containsExactly("orders");
      assertThat(caller.key()).isEqualTo(ORDERS.publicKey());
      assertThat(server.trust().peersAdmitted()).isEqualTo(1);
      assertThat(server.trust().peersRefused()).isZero();
    }
  }

  @Test
  void aServerInterceptorSeesTheCallerToo() {
    List<PeerIdentity> seen = new CopyOnWriteArrayList<>();
    try (MeshServer server = server(request -> request)
            .security(letIn(ORDERS, "orders"))
            .intercept((context, request, next) -> {
              seen.add(context.peer());
              return next.handle(request);
            })
            .build()
            .start();
        MeshClient mesh = client(server).security(with(ORDERS)).build()) {
      mesh.call(READ, "x", DEFAULT);

      assertThat(seen).containsExactly(PeerIdentity.curve("orders", ORDERS.publicKey()));
    }
  }

  @Test
  void aKeyThatIsNotOnTheListIsRefusedForAReasonThatBothSidesSee() {
    List<MeshListener.RefusedPeer> refused = new CopyOnWriteArrayList<>();
    try (MeshServer server = server(request -> request)
            .security(letIn(ORDERS, "orders"))
            .listener(new MeshListener() {
              @Override
              public void onRefusedPeer(RefusedPeer one) {
                refused.add(one);
              }
            })
            .build()
            .start();
        MeshClient mesh = client(server).security(with(STRANGER)).build()) {
      awaitDown(mesh, "this client's key is not on its list (ZAP 400)");

      RpcException failure = failureOf(() -> mesh.call(READ, "x", NOW));
      assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(failure.execution()).isEqualTo(Execution.NOT_SENT);
      assertThat(failure).hasMessageContaining("not on its list");
      await().untilAsserted(() -> assertThat(refused).isNotEmpty());
      assertThat(refused.get(0).peer()).contains("127.0.0.1");
      assertThat(refused.get(0).reason())
          .contains(STRANGER.publicKey())
          .contains("not on the list");
      assertThat(server.trust().peersAdmitted()).isZero();
    }
  }

  @Test
  void whoIsRefusedDoesNotTryAgainAtOnce() {
    AtomicInteger asked = new AtomicInteger();
    CurveAllowList nobody = key -> {
      asked.incrementAndGet();
      return Optional.empty();
    };
    try (MeshServer server = server(request -> request)
            .security(CurveSecurity.server(SERVER, nobody))
            .build()
            .start();
        MeshClient mesh = client(server).security(with(STRANGER)).build()) {
      awaitDown(mesh, "not on its list");

      await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> assertThat(asked).hasValue(1));
    }
  }

  @Test
  void aClientThatExpectsAnotherServerKeyDoesNotSpeakToThisServer() {
    AtomicInteger asked = new AtomicInteger();
    CurveAllowList all = key -> {
      asked.incrementAndGet();
      return Optional.of("anybody");
    };
    try (MeshServer server = server(request -> request)
            .security(CurveSecurity.server(SERVER, all))
            .build()
            .start();
        MeshClient mesh = client(server)
            .security(CurveSecurity.client(ORDERS, STRANGER.publicKey()))
            .build()) {
      awaitDown(mesh, "it may have another key");

      assertThat(asked).hasValue(0);
      assertThat(failureOf(() -> mesh.call(READ, "x", NOW)).execution())
          .isEqualTo(Execution.NOT_SENT);
    }
  }

  @Test
  void aClientInTheClearIsNotServedByACurveServerAndLearnsWhy() {
    try (MeshServer server =
            server(request -> request).security(letIn(ORDERS, "orders")).build().start();
        MeshClient mesh = client(server).build()) {
      awaitDown(mesh, "the server may want CURVE");
    }
  }

  @Test
  void aCurveClientDoesNotSpeakInTheClear() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).security(with(ORDERS)).build()) {
      awaitDown(mesh, "the server does not speak CURVE");
    }
  }

  @Test
  void anAuthorizerKnowsClientsByTheirNamesOnTheList() {
    Permissions rules = Permissions.builder().allow("orders", READ).build();
    try (MeshServer server = server(CurveTest::caller)
            .security(letIn(ORDERS, "orders"))
            .authorizer(rules)
            .build()
            .start();
        MeshClient mesh = client(server).security(with(ORDERS)).build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("CURVE orders");

      RpcException denied = failureOf(() -> mesh.call(PAY, "", DEFAULT));
      assertThat(denied.code()).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(denied.execution()).isEqualTo(Execution.NOT_EXECUTED);
      assertThat(server.trust().callsDenied()).isEqualTo(1);
    }
  }

  @Test
  void aKeyThatIsAddedToTheFileGetsInWithoutARestart(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("clients.allow");
    Files.writeString(file, "# nobody yet\n");
    CurveSecurity security = CurveSecurity.server(SERVER, CurveAllowList.file(file))
        .withReloadEvery(Duration.ofMillis(20));
    try (MeshServer server =
        server(CurveTest::caller).security(security).build().start()) {
      try (MeshClient early = client(server).security(with(ORDERS)).build()) {
        awaitDown(early, "not on its list");
      }
      Files.writeString(file, ORDERS.publicKey() + " orders\n");

      await().untilAsserted(() -> {
        try (MeshClient mesh = client(server).security(with(ORDERS)).build()) {
          assertThat(mesh.call(READ, "", DEFAULT.withDeadline(Duration.ofMillis(500))))
              .isEqualTo("CURVE orders");
        }
      });
    }
  }

  @Test
  void whoseKeyIsTakenOffTheFileIsEndedAndNotLetInAgain(@TempDir Path directory)
      throws IOException {
    Path file = directory.resolve("clients.allow");
    Files.writeString(
        file, ORDERS.publicKey() + " orders\n" + STRANGER.publicKey() + " shipping\n");
    CurveSecurity security = CurveSecurity.server(SERVER, CurveAllowList.file(file))
        .withReloadEvery(Duration.ofMillis(20));
    try (MeshServer server =
            server(CurveTest::caller).security(security).build().start();
        MeshClient orders = client(server).security(with(ORDERS)).build();
        MeshClient shipping = client(server).security(with(STRANGER)).build()) {
      assertThat(orders.call(READ, "", DEFAULT)).isEqualTo("CURVE orders");
      assertThat(shipping.call(READ, "", DEFAULT)).isEqualTo("CURVE shipping");

      Path next = directory.resolve("next");
      Files.writeString(next, STRANGER.publicKey() + " shipping\n");
      Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);

      awaitDown(orders, "no longer on the server's list");
      assertThat(shipping.call(READ, "", DEFAULT)).isEqualTo("CURVE shipping");
      try (MeshClient again = client(server).security(with(ORDERS)).build()) {
        awaitDown(again, "not on its list");
      }
    }
  }

  @Test
  void aCallThatWaitsForAWorkerIsNotStartedOnceItsCallersKeyIsStruckOff() throws Exception {
    Map<String, String> names = new ConcurrentHashMap<>(Map.of(ORDERS.publicKey(), "orders"));
    CurveSecurity security =
        CurveSecurity.server(SERVER, key -> Optional.ofNullable(names.get(key)));
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    List<String> ran = new CopyOnWriteArrayList<>();
    try (MeshServer server = server(request -> {
              ran.add(request);
              started.countDown();
              go.await();
              return request;
            })
            .workers(1)
            .security(security)
            .build()
            .start();
        MeshClient mesh = client(server).security(with(ORDERS)).build()) {
      var first = mesh.callAsync(PAY, "first", DEFAULT);
      started.await();
      var second = mesh.callAsync(PAY, "second", DEFAULT);
      await().untilAsserted(() -> assertThat(server.load().queued()).isEqualTo(1));

      names.clear();
      security.reload();
      awaitDown(mesh, "no longer on the server's list");
      go.countDown();

      await().until(() -> first.isDone() && second.isDone());
      assertThat(ran).containsExactly("first");
      assertThat(server.trust().peersRefused()).isPositive();
    }
  }

  @Test
  void aNewNameForAKeyHoldsForTheNextSessionOfTheSameClient() {
    Map<String, String> names = new ConcurrentHashMap<>(Map.of(ORDERS.publicKey(), "admin"));
    CurveSecurity security =
        CurveSecurity.server(SERVER, key -> Optional.ofNullable(names.get(key)));
    Permissions rules =
        Permissions.builder().allow("admin", READ).allow("*", PAY).build();
    try (MeshServer server = server(CurveTest::caller)
            .security(security)
            .authorizer(rules)
            .build()
            .start();
        MeshClient mesh = client(server).security(with(ORDERS)).build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("CURVE admin");

      names.put(ORDERS.publicKey(), "orders");
      security.reload();
      awaitDown(mesh, "no longer on the server's list");
      mesh.disconnect(server.endpoint());
      mesh.connect(server.endpoint());

      assertThat(mesh.call(PAY, "", DEFAULT)).isEqualTo("CURVE orders");
      assertThat(failureOf(() -> mesh.call(READ, "", DEFAULT)).code())
          .isEqualTo(Code.PERMISSION_DENIED);
    }
  }

  @Test
  void aListThatFailsLetsNobodyInAndEndsNobody() {
    AtomicInteger questions = new AtomicInteger();
    CurveAllowList failing = key -> {
      if (questions.getAndIncrement() > 0) {
        throw new IllegalStateException("no database");
      }
      return Optional.of("orders");
    };
    CurveSecurity security = CurveSecurity.server(SERVER, failing);
    try (MeshServer server =
            server(CurveTest::caller).security(security).build().start();
        MeshClient first = client(server).security(with(ORDERS)).build()) {
      assertThat(first.call(READ, "", DEFAULT)).isEqualTo("CURVE orders");
      try (MeshClient second = client(server).security(with(STRANGER)).build()) {
        awaitDown(second, "it could not judge (ZAP 500)");
      }
      security.reload();

      assertThat(first.call(READ, "", DEFAULT)).isEqualTo("CURVE orders");
    }
  }

  @Test
  void aFileThatGoesWrongLeavesWhatWasReadBefore(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("clients.allow");
    Files.writeString(file, ORDERS.publicKey() + " orders\n");
    CurveSecurity security = CurveSecurity.server(SERVER, CurveAllowList.file(file));
    try (MeshServer server =
            server(CurveTest::caller).security(security).build().start();
        MeshClient mesh = client(server).security(with(ORDERS)).build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("CURVE orders");
      Files.writeString(file, "no key at all\n");

      assertThatThrownBy(security::reload)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("clients.allow, line 1");
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("CURVE orders");
    }
  }

  @Test
  void aListThatNeverAnswersDoesNotKeepTheServerFromClosing() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    CurveAllowList hanging = key -> {
      asked.countDown();
      try {
        never.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return Optional.empty();
    };
    try (MeshServer server = server(request -> request)
            .security(CurveSecurity.server(SERVER, hanging))
            .build()
            .start();
        MeshClient mesh = client(server).security(with(ORDERS)).build()) {
      asked.await();
      assertThat(mesh.peers().get(0).state()).isEqualTo(PeerState.CONNECTING);
      server.close();
    } finally {
      never.countDown();
    }
    await()
        .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
            .noneMatch(thread -> thread.getName().equals("mesh-zap")));
  }

  @Test
  void theSidesCannotBeMixedUp() {
    assertThatThrownBy(() -> MeshServer.builder().security(with(ORDERS)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("(expected: CurveSecurity.server)");
    assertThatThrownBy(() -> MeshClient.builder().security(letIn(ORDERS, "orders")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("(expected: CurveSecurity.client)");
  }
}
