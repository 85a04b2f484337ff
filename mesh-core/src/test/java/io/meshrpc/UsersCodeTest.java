package io.meshrpc;

import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.failureOf;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Code of the user that runs inside a client: whatever it does, the client goes on. */
@Timeout(60)
class UsersCodeTest {
  private static final CallOptions SOON = DEFAULT.withDeadline(Duration.ofSeconds(5));

  @Test
  void aCallbackExecutorThatThrowsAnErrorLeavesNobodyWaiting() throws Exception {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server)
            .callbackExecutor(task -> {
              throw new OutOfMemoryError("unable to create native thread");
            })
            .build()) {
      for (int i = 0; i < 10; i++) {
        assertThat(mesh.callAsync(READ, "there", SOON).get(20, SECONDS)).isEqualTo("there");
      }
      assertThat(mesh.call(READ, "alive", SOON)).isEqualTo("alive");
    }
  }

  @Test
  void aCallbackExecutorThatRunsItsTasksAndThrowsTellsNobodyTwice() throws Exception {
    AtomicInteger told = new AtomicInteger();
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server)
            .callbackExecutor(task -> {
              task.run();
              throw new IllegalStateException("after the work");
            })
            .build()) {
      CallOptions options = SOON.withReplyMetadata(metadata -> told.incrementAndGet());
      assertThat(mesh.callAsync(READ, "there", options).get(20, SECONDS)).isEqualTo("there");
      assertThat(mesh.call(READ, "alive", SOON)).isEqualTo("alive");
      assertThat(told).hasValue(1);
    }
  }

  /** Two answers that come in one message, of which the first one's callback waits for the second. */
  private static void firstWaitsForSecond(MeshClient mesh) {
    CompletableFuture<String> first = mesh.callAsync(READ, "a", DEFAULT);
    CompletableFuture<String> second = mesh.callAsync(READ, "b", DEFAULT);
    assertThat(first.thenApply(a -> a + second.join()))
        .succeedsWithin(Duration.ofSeconds(10))
        .isEqualTo("ab");
  }

  @Test
  void aCallbackMayWaitForAnotherFutureOfTheSameTurn() {
    ExecutorService own = Executors.newCachedThreadPool();
    try (MeshServer server =
        server(request -> request).shortHandlers(READ).build().start()) {
      for (MeshClientBuilder builder :
          List.of(client(server), client(server).callbackExecutor(own))) {
        try (MeshClient mesh = builder.quickCallbacks(Duration.ofMillis(1)).build()) {
          for (int i = 0; i < 50; i++) {
            firstWaitsForSecond(mesh);
          }
          for (int i = 0; i < 3_000; i++) { // until they are found to be quick
            mesh.callAsync(READ, "", DEFAULT).join();
          }
          firstWaitsForSecond(mesh);
        }
      }
    } finally {
      own.shutdownNow();
    }
  }

  @Test
  void aCallbackThatCallsAgainAndAgainWhileItsClientClosesIsTold() {
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger ends = new AtomicInteger();
    try (MeshServer server = server(request -> {
          new CountDownLatch(1).await();
          return request;
        })
        .drainGrace(Duration.ZERO)
        .build()
        .start()) {
      MeshClient mesh = client(server).callbackExecutor(Runnable::run).build();
      callAgain(mesh, 4, calls, ends);
      mesh.close();
      await().until(() -> calls.get() > 0 && ends.get() == calls.get());
      assertThat(calls).hasValue(5);
    }
  }

  private static void callAgain(
      MeshClient mesh, int times, AtomicInteger calls, AtomicInteger ends) {
    calls.incrementAndGet();
    CompletableFuture<String> unused = mesh.callAsync(READ, "", DEFAULT)
        .whenComplete((reply, failure) -> {
          if (times > 0) {
            callAgain(mesh, times - 1, calls, ends);
          }
          ends.incrementAndGet();
        });
  }

  @Test
  void aCallbackThatThrowsAnErrorOnTheLoopFailsWhatIsDerivedFromItOnly() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).callbackExecutor(Runnable::run).build()) {
      CompletableFuture<Void> derived = mesh.callAsync(READ, "", SOON).thenAccept(reply -> {
        throw new StackOverflowError("a callback's mistake");
      });
      assertThatThrownBy(derived::join)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(StackOverflowError.class);
      assertThat(mesh.call(READ, "alive", SOON)).isEqualTo("alive");
    }
  }

  @Test
  void aCallbackOnTheLoopThatInterruptsItsThreadHarmsNobody() throws Exception {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).callbackExecutor(Runnable::run).build()) {
      for (int i = 0; i < 200; i++) {
        mesh.callAsync(READ, "", SOON)
            .thenRun(() -> Thread.currentThread().interrupt())
            .get(20, SECONDS);
        assertThat(Thread.interrupted() || mesh.call(READ, "alive", SOON).equals("alive"))
            .isTrue(); // this thread's own interrupt, if the reply was there before the callback
      }
    }
  }

  @Test
  void aBalancerAndAnInterceptorThatInterruptTheirThreadHarmNobody() {
    AttemptInterceptor interceptor = new AttemptInterceptor() {
      @Override
      public Metadata onSend(
          MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
        Thread.currentThread().interrupt();
        return metadata;
      }
    };
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server)
            .interceptAttempts(interceptor)
            .loadBalancer(pick -> {
              Thread.currentThread().interrupt();
              return pick.candidates().get(0);
            })
            .build()) {
      for (int i = 0; i < 200; i++) {
        assertThat(mesh.call(READ, "alive", SOON)).isEqualTo("alive");
      }
    }
  }

  @Test
  void aListenerThatThrowsAnErrorHearsTheNextPieceOfNews() {
    AtomicInteger heard = new AtomicInteger();
    MeshListener ears = new MeshListener() {
      @Override
      public void onTransition(Transition transition) {
        heard.incrementAndGet();
        throw new StackOverflowError("a listener's mistake");
      }
    };
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).listener(ears).build()) {
      mesh.call(READ, "", SOON);
      server.close();
      await().until(() -> heard.get() > 2);
    }
  }

  /** A method whose requests cannot be written. */
  static MethodDescriptor<String, String> unwritable(RuntimeException mistake) {
    Marshaller<String> marshaller = new Marshaller<>() {
      @Override
      public byte[] encode(String value) {
        throw mistake;
      }

      @Override
      public String decode(byte[] bytes) {
        return "";
      }
    };
    return new MethodDescriptor<>(
        READ.service(), READ.name(), READ.idempotency(), marshaller, READ.reply());
  }

  @Test
  void aRequestThatCannotBeWrittenFailsItsCallInTheWayThatItWasMade() {
    RuntimeException mistake = new IllegalStateException("a marshaller's mistake");
    CallInterceptor through = new CallInterceptor() {
      @Override
      public <Q, R> CompletionStage<R> intercept(
          MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
        return next.call(method, request, options);
      }
    };
    try (MeshClient plain = MeshClient.builder().build();
        MeshClient intercepted = MeshClient.builder().intercept(through).build()) {
      for (MeshClient mesh : List.of(plain, intercepted)) {
        RpcException failure = failureOf(() -> mesh.call(unwritable(mistake), "", SOON));
        assertThat(failure.code()).isEqualTo(Code.INTERNAL);
        assertThat(failure.execution()).isEqualTo(Execution.NOT_SENT);
        assertThat(failure).hasCause(mistake).hasMessageContaining("could not be written");

        CompletableFuture<String> later = mesh.callAsync(unwritable(mistake), "", SOON);
        assertThatThrownBy(later::join)
            .hasCauseInstanceOf(RpcException.class)
            .hasRootCause(mistake);

        RpcException known =
            new RpcException(new Status(Code.INVALID_ARGUMENT, "x"), Execution.NOT_SENT, null);
        assertThat(failureOf(() -> mesh.call(unwritable(known), "", SOON)).code())
            .isEqualTo(Code.INVALID_ARGUMENT);
      }
    }
  }

  @Test
  void aConsumerOfMetadataThatThrowsFailsItsCallOnly() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).build()) {
      CallOptions options = SOON.withReplyMetadata(metadata -> {
        throw new IllegalStateException("a consumer's mistake");
      });
      RpcException failure = failureOf(() -> mesh.call(READ, "", options));
      assertThat(failure).hasRootCauseMessage("a consumer's mistake");
      assertThat(failure.code()).isEqualTo(Code.INTERNAL);
      assertThat(failure.execution()).isEqualTo(Execution.EXECUTED);
      assertThatThrownBy(() -> mesh.callAsync(READ, "", options).join())
          .hasCauseInstanceOf(RpcException.class)
          .hasRootCauseMessage("a consumer's mistake");
      assertThat(mesh.call(READ, "alive", SOON)).isEqualTo("alive");
    }
  }
}
