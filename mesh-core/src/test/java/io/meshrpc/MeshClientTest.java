package io.meshrpc;

import static io.meshrpc.Contract.PAY;
import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RpcException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user of {@link MeshClient} may rely on, over real sockets. */
@Timeout(60)
class MeshClientTest {
  private static RpcException failureOf(CompletableFuture<?> future) {
    try {
      future.join();
      throw new AssertionError("the call succeeded");
    } catch (CompletionException e) {
      return (RpcException) e.getCause();
    }
  }

  @Test
  void isUsableAtOnceAndItsCallsWaitForAServer() {
    try (MeshServer server = server(request -> "hello " + request).build().start();
        MeshClient mesh = MeshClient.builder().build()) {
      CompletableFuture<String> early = mesh.callAsync(READ, "you", DEFAULT);
      assertThat(mesh.peers()).isEmpty();
      mesh.connect(server.endpoint());
      assertThat(early.join()).isEqualTo("hello you");
    }
  }

  @Test
  void aServerMayBeReachedByIpv6AndByName() throws Exception {
    try (MeshServer named = server(request -> "named").build().start();
        MeshClient mesh = MeshClient.builder().build()) {
      mesh.connect(named.endpoint().replace("127.0.0.1", "localhost"));
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("named");
    }
    assumeTrue(NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null);
    try (MeshServer six = server(request -> "six").bind("tcp://[::1]:*").build().start();
        MeshServer four = server(request -> "four").build().start();
        MeshClient mesh = MeshClient.builder().build()) {
      assertThat(six.endpoint()).startsWith("tcp://[");
      for (MeshServer server : List.of(six, four, six)) {
        mesh.connect(server.endpoint());
        assertThat(mesh.call(READ, "", DEFAULT.withServer(server.endpoint())))
            .isEqualTo(server == six ? "six" : "four");
      }
    }
  }

  @Test
  void aHostThatIsNotKnownIsNamedAsTheReason() {
    try (MeshClient mesh =
        MeshClient.builder().connect("tcp://nowhere.invalid:7400").build()) {
      await().until(() -> mesh.peers().get(0).reason().contains("the host is not known"));
      RpcException failure =
          Contract.failureOf(() -> mesh.call(READ, "", DEFAULT.withWaitForReady(false)));
      assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(failure.getMessage()).contains("nowhere.invalid");
    }
  }

  @Test
  void noNewClientWaitsForTheEndOfAHandshakeThatJeroMqForgot() {
    Duration lessThanTheHandshakesTimeout = Duration.ofSeconds(4);
    try (MeshServer server = server(request -> request).build().start()) {
      for (int i = 0; i < 50; i++) {
        try (MeshClient mesh = client(server).build()) {
          assertThat(mesh.call(READ, "", DEFAULT.withDeadline(lessThanTheHandshakesTimeout)))
              .isEmpty();
        }
      }
    }
  }

  @Test
  void serversComeAndGoAtRunTime() {
    try (MeshServer one = server(request -> "one").build().start();
        MeshServer two = server(request -> "two").build().start();
        MeshClient mesh = client(one, two).build()) {
      mesh.disconnect(one.endpoint());
      assertThat(mesh.peers()).extracting(PeerView::endpoint).containsExactly(two.endpoint());
      for (int i = 0; i < 50; i++) {
        assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("two");
      }
      mesh.connect(one.endpoint());
      mesh.disconnect(two.endpoint());
      for (int i = 0; i < 50; i++) {
        assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("one");
      }
    }
  }

  @Test
  void aServerMayGoAndComeManyTimesWithoutMixingUpItsNeighbour() {
    try (MeshServer one = server(request -> "one " + request).build().start();
        MeshServer two = server(request -> "two " + request).build().start();
        MeshClient mesh = client(one, two).build()) {
      for (int i = 0; i < 20; i++) {
        String name = "call " + i;
        CompletableFuture<String> call = mesh.callAsync(READ, name, DEFAULT);
        mesh.disconnect(two.endpoint());
        mesh.connect(two.endpoint());
        assertThat(call.join()).endsWith(name);
        assertThat(mesh.call(READ, name, DEFAULT.withServer(one.endpoint())))
            .isEqualTo("one " + name);
        assertThat(mesh.call(READ, name, DEFAULT.withServer(two.endpoint())))
            .isEqualTo("two " + name);
      }
    }
  }

  @Test
  void theListenerHearsEveryTransitionWithItsReason() {
    List<MeshListener.Transition> moves = new CopyOnWriteArrayList<>();
    MeshListener ears = new MeshListener() {
      @Override
      public void onTransition(Transition transition) {
        moves.add(transition);
        throw new IllegalStateException("a listener's failure is its own");
      }
    };
    MeshServer server = server(request -> "").build().start();
    try (server;
        MeshClient mesh = client(server).listener(ears).build()) {
      mesh.call(READ, "", DEFAULT);
      server.close();
      await().until(() -> moves.size() > 2);
    }
    PeerState before = PeerState.CONNECTING;
    for (MeshListener.Transition move : List.copyOf(moves)) {
      assertThat(move.from()).isEqualTo(before);
      assertThat(move.reason()).isNotEmpty();
      before = move.to();
    }
  }

  @Test
  void aHostThatDoesNotExistHarmsNobodyElse() {
    try (MeshServer server = server(request -> "here").build().start();
        MeshClient mesh = client(server)
            .connect("tcp://no.such.host.invalid:7400", "tcp://-:1", "tcp://[::1]:1")
            .build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("here");
      assertThat(mesh.peers()).hasSize(4);
      RpcException failure = Contract.failureOf(() -> mesh.call(
          READ,
          "",
          DEFAULT
              .withServer("tcp://no.such.host.invalid:7400")
              .withDeadline(Duration.ofMillis(300))));
      assertThat(failure.execution()).isEqualTo(Execution.NOT_SENT);
    }
  }

  @Test
  void afterItsEndACallFailsInTheWayThatItWasMade() {
    MeshClient mesh = MeshClient.builder().connect("tcp://127.0.0.1:1").build();
    mesh.close();
    mesh.close();
    RpcException blocking = Contract.failureOf(() -> mesh.call(READ, "", DEFAULT));
    assertThat(blocking.code()).isEqualTo(Code.CANCELLED);
    assertThat(blocking.execution()).isEqualTo(Execution.NOT_SENT);
    RpcException later = failureOf(mesh.callAsync(READ, "", DEFAULT));
    assertThat(later.code()).isEqualTo(Code.CANCELLED);
    assertThat(mesh.peers()).isEmpty();
    mesh.connect("tcp://127.0.0.1:2");
    mesh.disconnect("tcp://127.0.0.1:2");
    assertThat(mesh.peers()).isEmpty();
  }

  @Test
  void mayBeClosedByACallback() {
    for (boolean onTheLoop : List.of(false, true)) {
      try (MeshServer server = server(request -> request).build().start()) {
        MeshClientBuilder builder = client(server);
        MeshClient mesh =
            onTheLoop ? builder.callbackExecutor(Runnable::run).build() : builder.build();
        CompletableFuture<String> never =
            mesh.callAsync(READ, "", DEFAULT.withServer("tcp://127.0.0.1:9"));
        mesh.callAsync(READ, "", DEFAULT).thenRun(mesh::close).join();
        assertThat(failureOf(never).code()).isEqualTo(Code.CANCELLED);
        mesh.close();
      }
    }
  }

  @Test
  void closeEndsBlockingCallersToo() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    try (MeshServer server = server(request -> {
          CallContext.current().orElseThrow().onCancel(cancelled::countDown);
          entered.countDown();
          cancelled.await();
          return "";
        })
        .build()
        .start()) {
      MeshClient mesh = client(server).build();
      CompletableFuture<RpcException> failure = CompletableFuture.supplyAsync(
          () -> Contract.failureOf(() -> mesh.call(PAY, "", DEFAULT)));
      await().until(() -> entered.getCount() == 0);
      mesh.close();
      assertThat(failure.join().code()).isEqualTo(Code.CANCELLED);
      assertThat(failure.join().execution()).isEqualTo(Execution.UNKNOWN);
      await().until(() -> cancelled.getCount() == 0);
    }
  }

  @Test
  void anInterruptEndsTheCallOfItsThreadAndIsKept() {
    for (boolean intercepted : List.of(false, true)) {
      CountDownLatch entered = new CountDownLatch(1);
      CountDownLatch cancelled = new CountDownLatch(1);
      try (MeshServer server = server(request -> {
            CallContext.current().orElseThrow().onCancel(cancelled::countDown);
            entered.countDown();
            cancelled.await();
            return "";
          })
          .build()
          .start()) {
        MeshClientBuilder builder = client(server);
        if (intercepted) {
          builder.intercept(InterceptorTest.passing());
        }
        AtomicReference<RpcException> failure = new AtomicReference<>();
        AtomicBoolean kept = new AtomicBoolean();
        try (MeshClient mesh = builder.build()) {
          Thread caller = new Thread(() -> {
            failure.set(Contract.failureOf(() -> mesh.call(READ, "", DEFAULT)));
            kept.set(Thread.currentThread().isInterrupted());
          });
          caller.start();
          await().until(() -> entered.getCount() == 0);
          caller.interrupt();
          await().until(() -> !caller.isAlive());
          assertThat(failure.get().code()).isEqualTo(Code.CANCELLED);
          assertThat(kept).isTrue();
          await().until(() -> cancelled.getCount() == 0);
        }
      }
    }
  }

  @Test
  void interruptsOfSomeCallersNeverHarmTheOthers() throws InterruptedException {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).build()) {
      AtomicBoolean over = new AtomicBoolean();
      List<Thread> interrupted = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Thread thread = new Thread(() -> {
          while (!over.get()) {
            try {
              mesh.call(READ, "", DEFAULT);
            } catch (RpcException e) {
              assertThat(e.code()).isEqualTo(Code.CANCELLED);
            }
            boolean ignored = Thread.interrupted();
          }
        });
        thread.start();
        interrupted.add(thread);
      }
      for (int i = 0; i < 3_000; i++) {
        interrupted.get(i % 4).interrupt();
        assertThat(mesh.call(READ, "still here", DEFAULT)).isEqualTo("still here");
      }
      over.set(true);
      for (Thread thread : interrupted) {
        thread.join();
      }
    }
  }

  @Test
  void retriesAreSetForAClientAMethodAndACall() {
    AtomicInteger runs = new AtomicInteger();
    try (MeshServer server = server(request -> {
          runs.incrementAndGet();
          throw new RpcException(Code.ABORTED, "again");
        })
        .build()
        .start()) {
      RetryPolicy patient = RetryPolicy.DEFAULT
          .withRetryableCodes(Set.of(Code.ABORTED))
          .withBackoff(Duration.ofMillis(1), Duration.ofMillis(2));
      try (MeshClient mesh = client(server)
          .retry(patient.withMaxAttempts(2))
          .retry(PAY, RetryPolicy.NEVER)
          .build()) {
        assertThat(attemptsOf(mesh, runs, () -> mesh.call(READ, "", DEFAULT))).isEqualTo(2);
        assertThat(attemptsOf(mesh, runs, () -> mesh.call(PAY, "", DEFAULT))).isEqualTo(1);
        assertThat(attemptsOf(
                mesh, runs, () -> mesh.call(READ, "", DEFAULT.withRetry(RetryPolicy.NEVER))))
            .isEqualTo(1);
        RetryPolicy often = patient.withMaxAttempts(4).withRepeat(RetryPolicy.Repeat.AT_LEAST_ONCE);
        assertThat(attemptsOf(mesh, runs, () -> mesh.call(PAY, "", DEFAULT.withRetry(often))))
            .isEqualTo(4);
      }
    }
  }

  private static int attemptsOf(MeshClient mesh, AtomicInteger runs, Runnable call) {
    runs.set(0);
    RpcException failure = Contract.failureOf(call);
    assertThat(failure.execution()).isEqualTo(Execution.EXECUTED);
    assertThat(failure.attempts()).hasSize(runs.get());
    return runs.get();
  }

  @Test
  void metadataTravelsBothWays() {
    try (MeshServer server = server(request -> {
              CallContext context = CallContext.current().orElseThrow();
              context.replyMetadata(
                  Metadata.of("seen", context.metadata().text("trace").orElse("nothing")));
              if (request.equals("fail")) {
                throw new RpcException(Code.NOT_FOUND, "no", Metadata.of("more", "of it"));
              }
              return "";
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      AtomicReference<Metadata> heard = new AtomicReference<>(Metadata.EMPTY);
      var options = DEFAULT.withMetadata(Metadata.of("trace", "42")).withReplyMetadata(heard::set);
      mesh.call(READ, "", options);
      assertThat(heard.getAndSet(Metadata.EMPTY).text("seen")).hasValue("42");
      mesh.callAsync(READ, "", options).join();
      assertThat(heard.get().text("seen")).hasValue("42");

      RpcException failure = Contract.failureOf(() -> mesh.call(READ, "fail", options));
      assertThat(failure.metadata().text("seen")).hasValue("42");
      assertThat(failure.metadata().text("more")).hasValue("of it");
    }
  }

  @Test
  void whatIsTooLargeIsRefusedBeforeItIsSentWithBothSizes() {
    AtomicInteger runs = new AtomicInteger();
    try (MeshServer server = server(request -> "" + runs.incrementAndGet())
            .requestBytesMax(100)
            .build()
            .start();
        MeshClient mesh = client(server).requestBytesMax(200).build()) {
      RpcException ours = Contract.failureOf(() -> mesh.call(READ, "x".repeat(201), DEFAULT));
      assertThat(ours.getMessage()).contains("request: 201 bytes (expected: <= 200");
      RpcException theirs = Contract.failureOf(() -> mesh.call(READ, "x".repeat(101), DEFAULT));
      assertThat(theirs.getMessage()).contains("request: 101 bytes (expected: <= 100");
      RpcException beside = Contract.failureOf(() ->
          mesh.call(READ, "", DEFAULT.withMetadata(Metadata.of("key", "v".repeat(8190)))));
      assertThat(beside.getMessage()).contains("metadata: 8193 bytes (expected: <= 8192");
      for (RpcException failure : List.of(ours, theirs, beside)) {
        assertThat(failure.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(failure.execution()).isEqualTo(Execution.NOT_SENT);
      }
      assertThat(runs).hasValue(0);
    }
  }

  @Test
  void theGreatestLimitLetsAllRepliesIn() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server)
            .requestBytesMax(Integer.MAX_VALUE)
            .replyBytesMax(Integer.MAX_VALUE)
            .build()) {
      String text = "x".repeat(100_000);
      assertThat(mesh.call(READ, text, DEFAULT)).isEqualTo(text);
    }
  }

  @Test
  void aReplyThatIsTooLargeSaysThatTheWorkRan() {
    try (MeshServer server = server(request -> "x".repeat(Integer.parseInt(request)))
            .replyBytesMax(1000)
            .build()
            .start();
        MeshClient mesh = client(server).replyBytesMax(500).build()) {
      RpcException failure = Contract.failureOf(() -> mesh.call(READ, "501", DEFAULT));
      assertThat(failure.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(failure.execution()).isEqualTo(Execution.EXECUTED);
      assertThat(failure.getMessage()).contains("reply: 501 bytes (expected: <= 500");
      assertThat(mesh.call(READ, "500", DEFAULT)).hasSize(500);
    }
  }

  @Test
  void callbacksThatThrowAndExecutorsThatRejectLeaveNobodyWaiting() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server)
            .callbackExecutor(task -> {
              throw new RejectedExecutionException("full");
            })
            .build()) {
      CompletableFuture<Void> thrown = mesh.callAsync(READ, "", DEFAULT).thenAccept(reply -> {
        throw new IllegalStateException("a callback's failure is its own");
      });
      assertThatThrownBy(thrown::join).hasMessageContaining("its own");
      assertThat(mesh.callAsync(READ, "next", DEFAULT).join()).isEqualTo("next");
      assertThat(mesh.call(READ, "last", DEFAULT)).isEqualTo("last");
    }
  }

  @Test
  void aCallbackOnTheLoopIsToldThatItMustNotWait() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).callbackExecutor(Runnable::run).build()) {
      CompletableFuture<String> nested = new CompletableFuture<>();
      // Completed by the loop: the callback is there before the call can be.
      CompletableFuture<Void> hook = new CompletableFuture<>();
      mesh.callAsync(READ, "", DEFAULT.withReplyMetadata(metadata -> hook.join()))
          .whenComplete((reply, failure) -> {
            try {
              nested.complete(mesh.call(READ, "", DEFAULT));
            } catch (IllegalStateException e) {
              nested.completeExceptionally(e);
            }
          });
      hook.complete(null);
      assertThatThrownBy(nested::join).hasMessageContaining("loop thread");
      assertThat(mesh.call(READ, "alive", DEFAULT)).isEqualTo("alive");
    }
  }

  @Test
  void refusesWrongSettingsWhereTheyAreGiven() {
    assertThatThrownBy(() -> MeshClient.builder().name("ä".repeat(128)))
        .hasMessage("name: 256 bytes (expected: <= 255)");
    assertThatThrownBy(() -> MeshClient.builder().connect("127.0.0.1:1"))
        .hasMessageContaining("expected: tcp://host:port");
    assertThatThrownBy(() -> MeshClient.builder().defaultDeadline(Duration.ZERO))
        .hasMessage("defaultDeadline: PT0S (expected: > 0)");
  }

  @Test
  @SuppressWarnings("NullAway") // as callers without it may
  void aMethodThatIsMissingIsSaidWhereItIsMissing() {
    assertThatThrownBy(() -> MeshClient.builder().retry(null, RetryPolicy.NEVER))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("method");
    assertThatThrownBy(() -> MeshClient.builder().hedge(null, HedgePolicy.ON))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("method");
  }

  @Test
  void ofServersOfWhichOneIsWrittenWronglyNoneIsTaken() {
    MeshClientBuilder builder = MeshClient.builder();

    assertThatThrownBy(() -> builder.connect("tcp://127.0.0.1:1", "127.0.0.1:2"))
        .hasMessage("endpoint: 127.0.0.1:2 (expected: tcp://host:port)");

    try (MeshClient mesh = builder.build()) {
      assertThat(mesh.peers()).isEmpty();
    }
  }

  @Test
  @SuppressWarnings("NullAway") // as callers without it may
  void whatIsNoServerIsNoServerToDisconnectEither() {
    try (MeshClient mesh = MeshClient.builder().connect("tcp://127.0.0.1:1").build()) {
      mesh.disconnect("tcp://127.0.0.1:2"); // is not there
      assertThatThrownBy(() -> mesh.disconnect("127.0.0.1:1"))
          .hasMessage("endpoint: 127.0.0.1:1 (expected: tcp://host:port)");
      assertThatThrownBy(() -> mesh.disconnect(null)).hasMessage("endpoint");
      assertThat(mesh.peers()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcp://a,b:1",
        "tcp://a;b:1",
        "tcp://eth0;127.0.0.1:1",
        "tcp://me@a:1",
        "tcp://a b:1",
        "tcp://a\n:1"
      })
  void aHostHasNothingInItThatNoHostHas(String endpoint) {
    assertThatThrownBy(() -> MeshClient.builder().connect(endpoint))
        .hasMessage("endpoint: " + endpoint + " (expected: tcp://host:port)");
    assertThatThrownBy(() -> MeshServer.builder().bind(endpoint))
        .hasMessageContaining("expected: tcp://host:port");
  }
}
