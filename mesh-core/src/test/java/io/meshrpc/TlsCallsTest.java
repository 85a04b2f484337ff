package io.meshrpc;

import static io.meshrpc.Contract.PAY;
import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.failureOf;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.BlockingHandler;
import io.meshrpc.api.CallContext;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.Permissions;
import io.meshrpc.api.RpcException;
import io.meshrpc.security.TestAuthority;
import io.meshrpc.security.TlsSecurity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls under TLS, over real sockets. */
@Timeout(60)
class TlsCallsTest {
  private static final TestAuthority AUTHORITY = new TestAuthority("the authority");
  private static final TestAuthority STRANGE = new TestAuthority("another authority");

  @TempDir
  static Path folder;

  @BeforeAll
  static void writesCertificates() {
    AUTHORITY.write(folder, "ca.pem");
    STRANGE.write(folder, "strange-ca.pem");
    AUTHORITY.node("desk", "desk.test", "ip:127.0.0.1").write(folder, "server");
    AUTHORITY.node("desk", "desk.test").write(folder, "elsewhere");
    AUTHORITY.node("till", "till.test", "spiffe://test/till").write(folder, "till");
    AUTHORITY.node("audit", "audit.test").write(folder, "audit");
    AUTHORITY.expired("late", "late.test", "ip:127.0.0.1").write(folder, "late");
    new TestAuthority("the authority").node("till", "till.test").write(folder, "forged");
    STRANGE.node("stranger", "till.test", "ip:127.0.0.1").write(folder, "stranger");
  }

  private static TlsSecurity.Builder tls(String name) {
    return TlsSecurity.builder()
        .certificate(folder.resolve(name + ".pem"), folder.resolve(name + ".key"))
        .trust(folder.resolve("ca.pem"))
        .reloadEvery(Duration.ZERO);
  }

  private static MeshServerBuilder server(BlockingHandler<String, String> handler) {
    return Contract.server(handler).security(tls("server").build());
  }

  private static String reasonOf(MeshClient mesh) {
    await().until(() -> mesh.peers().stream().anyMatch(peer -> peer.state() == PeerState.DOWN));
    return mesh.peers().get(0).reason();
  }

  @Test
  void aCallTellsTheServerWhoCalls() {
    AtomicReference<PeerIdentity> seen = new AtomicReference<>();
    AtomicReference<PeerIdentity> intercepted = new AtomicReference<>();
    try (MeshServer server = server(request -> {
              seen.set(CallContext.current().orElseThrow().peer());
              return "hello " + request;
            })
            .intercept((context, request, next) -> {
              intercepted.set(context.peer());
              return next.handle(request);
            })
            .build()
            .start();
        MeshClient mesh = client(server).security(tls("till").build()).build()) {
      assertThat(mesh.call(READ, "you", DEFAULT)).isEqualTo("hello you");

      assertThat(seen.get().kind()).isEqualTo(PeerIdentity.Kind.TLS);
      assertThat(seen.get().names()).containsExactly("till.test", "spiffe://test/till");
      assertThat(intercepted.get()).isEqualTo(seen.get());
      assertThat(server.trust().peersAdmitted()).isEqualTo(1);
    }
  }

  @Test
  void largePayloadsPassBothWays() {
    String large = "0123456789abcdef".repeat(128 << 10); // 2 MiB
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).security(tls("till").build()).build()) {
      assertThat(mesh.call(READ, large, DEFAULT)).isEqualTo(large);
    }
  }

  @Test
  void manyCallersAtOnceGetTheirOwnAnswers() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).security(tls("till").build()).build()) {
      List<Thread> callers = new ArrayList<>();
      List<String> wrong = new CopyOnWriteArrayList<>();
      for (int caller = 0; caller < 64; caller++) {
        String name = "caller " + caller;
        Thread thread = new Thread(() -> {
          for (int i = 0; i < 50; i++) {
            String text = name + ", " + i + "x".repeat(i * 97);
            if (!mesh.call(READ, text, DEFAULT).equals(text)) {
              wrong.add(text);
            }
          }
        });
        thread.setUncaughtExceptionHandler((t, e) -> wrong.add(e.toString()));
        thread.start();
        callers.add(thread);
      }
      callers.forEach(TlsCallsTest::join);
      assertThat(wrong).isEmpty();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aClientThatTrustsAnotherAuthorityRefusesTheServer() {
    List<MeshListener.RefusedPeer> heard = new CopyOnWriteArrayList<>();
    TlsSecurity wary = TlsSecurity.builder()
        .certificate(folder.resolve("till.pem"), folder.resolve("till.key"))
        .trust(folder.resolve("strange-ca.pem"))
        .build();
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh =
            client(server).security(wary).listener(refusals(heard)).build()) {
      assertThat(reasonOf(mesh)).contains("unable to find valid certification path");
      await().until(() -> server.trust().peersRefused() == 1);
      await().until(() -> heard.size() == 1);
      assertThat(heard.get(0).peer()).isEqualTo(server.endpoint());
    }
  }

  @Test
  void aServerRefusesACertificateOfAnotherAuthorityAndBothSayWhy() {
    List<MeshListener.RefusedPeer> heard = new CopyOnWriteArrayList<>();
    try (MeshServer server =
            server(request -> request).listener(refusals(heard)).build().start();
        MeshClient mesh = client(server).security(tls("stranger").build()).build()) {
      assertThat(reasonOf(mesh)).contains("no certificate of an authority that it trusts");
      await().until(() -> heard.size() == 1);
      assertThat(heard.get(0).reason()).contains("Empty client certificate chain");
      assertThat(heard.get(0).peer()).startsWith("127.0.0.1:");
      assertThat(server.trust().peersAdmitted()).isZero();

      RpcException failure =
          failureOf(() -> mesh.call(PAY, "", DEFAULT.withDeadline(Duration.ofMillis(300))));
      assertThat(failure.execution()).isEqualTo(Execution.NOT_SENT);
    }
  }

  @Test
  void aForgedCertificateOfTheRightAuthoritysNameIsRefused() {
    List<MeshListener.RefusedPeer> heard = new CopyOnWriteArrayList<>();
    try (MeshServer server =
            server(request -> request).listener(refusals(heard)).build().start();
        MeshClient mesh = client(server).security(tls("forged").build()).build()) {
      assertThat(reasonOf(mesh)).contains("the peer refuses");
      await().until(() -> heard.size() == 1);
      assertThat(heard.get(0).reason()).contains("the peer's certificate cannot be accepted");
      assertThat(server.trust().peersAdmitted()).isZero();
    }
  }

  @Test
  void anExpiredCertificateIsRefusedOnEitherSide() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).security(tls("late").build()).build()) {
      assertThat(reasonOf(mesh)).contains("the peer refuses", "it has expired on");
    }
    try (MeshServer server = Contract.server(request -> request)
            .security(tls("late").build())
            .build()
            .start();
        MeshClient mesh = client(server).security(tls("till").build()).build()) {
      assertThat(reasonOf(mesh)).contains("it has expired");
    }
  }

  @Test
  void aCertificateThatIsNotValidYetIsToldAsSuchOnBothSides() {
    Instant later = Instant.now().plusSeconds(3600); // by the clock of whoever has made it, now
    for (String name : List.of("young-till", "young-desk")) {
      AUTHORITY
          .node(name, TestAuthority.ecKeys(), later, later.plusSeconds(3600), "ip:127.0.0.1")
          .write(folder, name);
    }
    try (LogEars log = new LogEars();
        MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).security(tls("young-till").build()).build()) {
      assertThat(reasonOf(mesh)).contains("the peer refuses", "it is not valid before");
      assertThat(log.texts()).anyMatch(line -> line.contains("CN=young-till is not valid before"));
      await().until(() -> log.texts().stream().anyMatch(line -> line.contains("is not valid yet")));
    }
    try (MeshServer server = Contract.server(request -> request)
            .security(tls("young-desk").build())
            .build()
            .start();
        MeshClient mesh = client(server).security(tls("till").build()).build()) {
      assertThat(reasonOf(mesh)).contains("it is not valid yet, NotBefore");
    }
  }

  @Test
  void aCertificateForAnotherHostIsRefusedUnlessThatNameIsExpected() {
    try (MeshServer server = Contract.server(request -> request)
        .security(tls("elsewhere").build())
        .build()
        .start()) {
      try (MeshClient mesh = client(server).security(tls("till").build()).build()) {
        assertThat(reasonOf(mesh)).contains("127.0.0.1");
      }
      try (MeshClient mesh =
          client(server).security(tls("till").serverName("desk.test").build()).build()) {
        assertThat(mesh.call(READ, "you", DEFAULT)).isEqualTo("you");
      }
      try (MeshClient mesh =
          client(server).security(tls("till").serverName("other.test").build()).build()) {
        assertThat(reasonOf(mesh)).contains("other.test");
      }
    }
  }

  @Test
  void aClientWithoutTlsIsToldSoAndWaits() {
    List<MeshListener.RefusedPeer> heard = new CopyOnWriteArrayList<>();
    try (MeshServer server =
            server(request -> request).listener(refusals(heard)).build().start();
        MeshClient mesh = client(server).build()) {
      assertThat(reasonOf(mesh)).contains("NOT_AUTHORIZED", "this server speaks TLS only");
      await().until(() -> heard.size() == 1);
      assertThat(heard.get(0).reason()).contains("speaks TLS only");
      assertThat(server.trust().peersRefused()).isEqualTo(1);
    }
  }

  @Test
  void aClientWithTlsSaysNothingToAServerWithoutIt() {
    List<MeshListener.StrayBytes> strays = new CopyOnWriteArrayList<>();
    MeshListener listener = new MeshListener() {
      @Override
      public void onStrayBytes(StrayBytes stray) {
        strays.add(stray);
      }
    };
    try (MeshServer server =
            Contract.server(request -> request).listener(listener).build().start();
        MeshClient mesh = client(server).security(tls("till").build()).build()) {
      assertThat(reasonOf(mesh)).contains("in the clear", "this server does not speak TLS");
      RpcException failure =
          failureOf(() -> mesh.call(PAY, "", DEFAULT.withDeadline(Duration.ofMillis(300))));
      assertThat(failure.execution()).isEqualTo(Execution.NOT_SENT);
      assertThat(strays).hasSize(1); // the ClientHello
    }
  }

  @Test
  void unknownClientsAreLetInWhereTheServerSaysSo() {
    AtomicReference<PeerIdentity> seen = new AtomicReference<>();
    TlsSecurity unknown = TlsSecurity.builder().trust(folder.resolve("ca.pem")).build();
    try (MeshServer open = Contract.server(request -> {
              seen.set(CallContext.current().orElseThrow().peer());
              return request;
            })
            .security(tls("server").admitUnknownClients().build())
            .build()
            .start();
        MeshServer strict = server(request -> request).build().start()) {
      try (MeshClient mesh = client(open).security(unknown).build()) {
        assertThat(mesh.call(READ, "you", DEFAULT)).isEqualTo("you");
        assertThat(seen.get()).isSameAs(PeerIdentity.NONE);
      }
      try (MeshClient mesh = client(strict).security(unknown).build()) {
        assertThat(reasonOf(mesh)).contains("certificate");
      }
    }
    assertThatThrownBy(() -> MeshServer.builder().security(unknown))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: with a certificate");
  }

  @Test
  void theAuthorizerAllowsAndDeniesByName() {
    Permissions rules = Permissions.builder()
        .allow("till.*", "test.Desk")
        .allow("audit.test", "test.Desk", "Read")
        .build();
    List<String> ran = new CopyOnWriteArrayList<>();
    try (MeshServer server = server(request -> {
              ran.add(request);
              return request;
            })
            .authorizer(rules)
            .build()
            .start();
        MeshClient till = client(server).security(tls("till").build()).build();
        MeshClient audit = client(server).security(tls("audit").build()).build()) {
      assertThat(till.call(PAY, "till pays", DEFAULT)).isEqualTo("till pays");
      assertThat(audit.call(READ, "audit reads", DEFAULT)).isEqualTo("audit reads");

      RpcException failure = failureOf(() -> audit.call(PAY, "audit pays", DEFAULT));

      assertThat(failure.code()).isEqualTo(Code.PERMISSION_DENIED);
      assertThat(failure.execution()).isEqualTo(Execution.NOT_EXECUTED);
      assertThat(failure.attempts()).hasSize(1);
      assertThat(failure).hasMessageContaining("audit.test may not call test.Desk/Pay");
      assertThat(ran).containsExactly("till pays", "audit reads");
      assertThat(server.trust().callsDenied()).isEqualTo(1);
    }
  }

  @Test
  void anAuthorizerThatFailsDenies() {
    try (MeshServer server = server(request -> request)
            .authorizer((caller, method) -> {
              throw new IllegalStateException("out of order");
            })
            .build()
            .start();
        MeshClient mesh = client(server).security(tls("till").build()).build()) {
      RpcException failure = failureOf(() -> mesh.call(READ, "", DEFAULT));
      assertThat(failure.code()).isEqualTo(Code.PERMISSION_DENIED);
    }
  }

  @Test
  void aServerThatIsRestartedIsFoundAgain() {
    MeshServer first = server(request -> "first").build().start();
    String endpoint = first.endpoint();
    try (MeshClient mesh =
        MeshClient.builder().connect(endpoint).security(tls("till").build()).build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("first");
      first.close();
      CompletableFuture<String> meanwhile = mesh.callAsync(READ, "", DEFAULT);
      try (MeshServer second = Contract.server(request -> "second")
          .security(tls("server").build())
          .bind(endpoint)
          .build()
          .start()) {
        assertThat(meanwhile.join()).isEqualTo("second");
        assertThat(second.trust().peersRefused()).isZero();
      }
    } finally {
      first.close();
    }
  }

  @Test
  void connectionsThatAreCutBeginAnewAndNoCallIsLost() throws Exception {
    try (MeshServer server = server(request -> request).build().start();
        CutProxy proxy = new CutProxy(server.endpoint());
        MeshClient mesh = MeshClient.builder()
            .connect(proxy.endpoint())
            .security(tls("till").build())
            .build()) {
      for (int round = 0; round < 10; round++) {
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          calls.add(mesh.callAsync(READ, round + " " + i, DEFAULT));
        }
        proxy.cut();
        for (int i = 0; i < 100; i++) {
          assertThat(calls.get(i).join()).isEqualTo(round + " " + i);
        }
      }
      assertThat(server.trust().peersRefused()).isZero();
      assertThat(server.trust().peersAdmitted()).isGreaterThan(1);
    }
  }

  @Test
  void newConnectionsUseWhatWasReadAgainAndOldOnesGoOn() {
    AUTHORITY.write(folder, "rotating-ca.pem");
    AUTHORITY.node("desk", "ip:127.0.0.1").write(folder, "rotating");
    TlsSecurity rotating = TlsSecurity.builder()
        .certificate(folder.resolve("rotating.pem"), folder.resolve("rotating.key"))
        .trust(folder.resolve("rotating-ca.pem"))
        .reloadEvery(Duration.ZERO)
        .build();
    try (MeshServer server =
            Contract.server(request -> request).security(rotating).build().start();
        MeshClient before = client(server).security(tls("till").build()).build()) {
      assertThat(before.call(READ, "you", DEFAULT)).isEqualTo("you");

      AUTHORITY.node("desk", "renewed.test").write(folder, "rotating");
      rotating.reload();
      try (MeshClient after = client(server)
          .security(tls("till").serverName("renewed.test").build())
          .build()) {
        assertThat(after.call(READ, "you", DEFAULT)).isEqualTo("you");
      }

      STRANGE.write(folder, "rotating-ca.pem");
      rotating.reload();
      try (MeshClient after = client(server)
          .security(tls("till").serverName("renewed.test").build())
          .build()) {
        assertThat(reasonOf(after)).contains("the peer refuses");
      }
      assertThat(before.call(READ, "still you", DEFAULT)).isEqualTo("still you");
      assertThat(server.trust().peersAdmitted()).isEqualTo(2);
    }
  }

  private static MeshListener refusals(List<MeshListener.RefusedPeer> heard) {
    return new MeshListener() {
      @Override
      public void onRefusedPeer(RefusedPeer refused) {
        heard.add(refused);
      }
    };
  }
}
