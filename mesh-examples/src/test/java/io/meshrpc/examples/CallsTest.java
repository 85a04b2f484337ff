package io.meshrpc.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.meshrpc.MeshClient;
import io.meshrpc.MeshServer;
import io.meshrpc.api.CallContext;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.RpcException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** One client and one server over loopback: what a call, a failure and an end look like. */
class CallsTest {
  private static final EchoRequest HELLO =
      EchoRequest.newBuilder().setPayload(ByteString.copyFromUtf8("hello")).build();

  private static MeshServer serve(EchoMesh.Service service) {
    return MeshServer.builder()
        .bind("tcp://127.0.0.1:*")
        .addService(EchoMesh.bind(service))
        .drainGrace(Duration.ofSeconds(2))
        .build()
        .start();
  }

  private static EchoReply reply(EchoRequest request) {
    return EchoReply.newBuilder().setPayload(request.getPayload()).build();
  }

  private static RpcException failureOf(Runnable call) {
    return catchThrowableOfType(RpcException.class, call::run);
  }

  @Test
  void callsBlockingAndAsynchronously() {
    try (MeshServer server = serve(CallsTest::reply);
        MeshClient mesh = MeshClient.builder().connect(server.endpoint()).build()) {
      EchoMesh.Client echo = EchoMesh.client(mesh);
      assertThat(echo.echo(HELLO).getPayload()).isEqualTo(HELLO.getPayload());
      assertThat(echo.echoAsync(HELLO).join().getPayload()).isEqualTo(HELLO.getPayload());
    }
  }

  @Test
  void aHandlersFailureReachesTheCallerAsItIsButAnExceptionKeepsItsText() {
    AtomicReference<Exception> thrown =
        new AtomicReference<>(new RpcException(Code.NOT_FOUND, "no such thing"));
    try (MeshServer server = serve(request -> {
          throw thrown.get();
        });
        MeshClient mesh = MeshClient.builder().connect(server.endpoint()).build()) {
      EchoMesh.Client echo = EchoMesh.client(mesh);
      RpcException known = failureOf(() -> echo.echo(HELLO));
      assertThat(known.code()).isEqualTo(Code.NOT_FOUND);
      assertThat(known.execution()).isEqualTo(Execution.EXECUTED);
      assertThat(known.attempts()).hasSize(1);

      thrown.set(new IllegalStateException("the password is 1234"));
      RpcException unknown = failureOf(() -> echo.echo(HELLO));
      assertThat(unknown.code()).isEqualTo(Code.UNKNOWN);
      assertThat(unknown.getMessage()).contains("correlation id").doesNotContain("1234");
    }
  }

  @Test
  void withoutAServerTheFailureNamesEachCandidate() {
    try (MeshClient mesh = MeshClient.builder().connect("tcp://127.0.0.1:1").build()) {
      EchoMesh.Client echo = EchoMesh.client(mesh);
      RpcException late =
          failureOf(() -> echo.withDeadline(Duration.ofMillis(300)).echo(HELLO));
      assertThat(late.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(late.execution()).isEqualTo(Execution.NOT_SENT);
      assertThat(late.candidates()).hasSize(1);

      CallOptions failFast = CallOptions.DEFAULT.withWaitForReady(false);
      RpcException fast = failureOf(() -> echo.echo(HELLO, failFast));
      assertThat(fast.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(fast.candidates().get(0).reason()).contains("refused");
    }
  }

  @Test
  void aRequestThatIsTooLargeFailsBeforeItIsSent() {
    try (MeshServer server = serve(CallsTest::reply);
        MeshClient mesh =
            MeshClient.builder().connect(server.endpoint()).requestBytesMax(100).build()) {
      EchoRequest large = EchoRequest.newBuilder()
          .setPayload(ByteString.copyFrom(new byte[200]))
          .build();
      RpcException failure = failureOf(() -> EchoMesh.client(mesh).echo(large));
      assertThat(failure.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(failure.execution()).isEqualTo(Execution.NOT_SENT);
      assertThat(failure.getMessage()).contains("expected: <= 100");
    }
  }

  @Test
  void theDeadlineAndTheCancelReachTheHandler() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    AtomicReference<Duration> left = new AtomicReference<>();
    EchoMesh.Service slow = request -> {
      CallContext context = CallContext.current().orElseThrow();
      left.set(context.timeLeft());
      context.onCancel(cancelled::countDown);
      entered.countDown();
      cancelled.await(10, TimeUnit.SECONDS);
      return reply(request);
    };
    try (MeshServer server = serve(slow);
        MeshClient mesh = MeshClient.builder().connect(server.endpoint()).build()) {
      CompletableFuture<EchoReply> future =
          EchoMesh.client(mesh).withDeadline(Duration.ofSeconds(5)).echoAsync(HELLO);
      await().until(() -> entered.getCount() == 0);
      assertThat(left.get()).isLessThanOrEqualTo(Duration.ofSeconds(5)).isPositive();
      future.cancel(true);
      await().until(() -> cancelled.getCount() == 0);
    }
  }

  @Test
  void metadataTravels() {
    AtomicReference<String> seen = new AtomicReference<>("");
    EchoMesh.Service service = request -> {
      CallContext context = CallContext.current().orElseThrow();
      seen.set(context.metadata().text("trace-id").orElse("none"));
      return reply(request);
    };
    try (MeshServer server = serve(service);
        MeshClient mesh = MeshClient.builder().connect(server.endpoint()).build()) {
      CallOptions options = CallOptions.DEFAULT.withMetadata(Metadata.of("trace-id", "42"));
      EchoMesh.client(mesh).echo(HELLO, options);
      assertThat(seen).hasValue("42");
    }
  }

  @Test
  void strangeBytesDoNotStopAServer() throws IOException {
    try (MeshServer server = serve(CallsTest::reply);
        MeshClient mesh = MeshClient.builder().connect(server.endpoint()).build()) {
      int port = Integer.parseInt(server.endpoint().replaceAll(".*:", ""));
      try (Socket stranger = new Socket("127.0.0.1", port);
          OutputStream out = stranger.getOutputStream()) {
        out.write("GET / HTTP/1.1\r\nHost: mesh\r\n\r\n".getBytes("US-ASCII"));
        out.flush();
        assertThat(EchoMesh.client(mesh).echo(HELLO).getPayload()).isEqualTo(HELLO.getPayload());
      }
    }
  }

  @Test
  void closingTheClientEndsItsCalls() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    EchoMesh.Service slow = request -> {
      entered.countDown();
      release.await(10, TimeUnit.SECONDS);
      return reply(request);
    };
    try (MeshServer server = serve(slow)) {
      MeshClient mesh = MeshClient.builder().connect(server.endpoint()).build();
      CompletableFuture<EchoReply> future = EchoMesh.client(mesh).echoAsync(HELLO);
      await().until(() -> entered.getCount() == 0);
      mesh.close();
      await().until(future::isDone);
      assertThat(future).isCompletedExceptionally();
      RpcException after = failureOf(() -> EchoMesh.client(mesh).echo(HELLO));
      assertThat(after.code()).isEqualTo(Code.CANCELLED);
      assertThat(after.execution()).isEqualTo(Execution.NOT_SENT);
      release.countDown();
    }
  }

  @Test
  void closingTheServerLetsRunningWorkEnd() {
    CountDownLatch entered = new CountDownLatch(1);
    AtomicBoolean goOn = new AtomicBoolean();
    EchoMesh.Service slow = request -> {
      entered.countDown();
      await().untilTrue(goOn);
      return reply(request);
    };
    try (MeshServer server = serve(slow);
        MeshClient mesh = MeshClient.builder().connect(server.endpoint()).build()) {
      CompletableFuture<EchoReply> future = EchoMesh.client(mesh).echoAsync(HELLO);
      await().until(() -> entered.getCount() == 0);
      CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
      goOn.set(true);
      assertThat(future.join().getPayload()).isEqualTo(HELLO.getPayload());
      closing.join();
    }
  }
}
