package io.meshrpc;

import static io.meshrpc.Contract.OTHER;
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
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.api.ServiceDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** What a user of {@link MeshServer} may rely on, over real sockets. */
@Timeout(60)
class MeshServerTest {
  private static final RetryPolicy ONCE = RetryPolicy.NEVER;

  private static int depth(int n) {
    return 1 + depth(n + 1) + depth(n + 2);
  }

  @Test
  void whateverAHandlerDoesItsCallerIsToldAndTheServerGoesOn() {
    try (MeshServer server = server(Contract.async(request -> switch (request) {
              case "null" -> null;
              case "stage of null" -> CompletableFuture.completedFuture(null);
              case "error" -> throw new AssertionError("secret");
              case "checked" -> throw new Exception("secret");
              case "overflow" -> CompletableFuture.completedFuture("" + depth(0));
              case "later" -> CompletableFuture.failedFuture(new IllegalStateException("secret"));
              default -> CompletableFuture.completedFuture(request);
            }))
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      for (String mistake :
          List.of("null", "stage of null", "error", "checked", "overflow", "later")) {
        RpcException failure = failureOf(() -> mesh.call(READ, mistake, DEFAULT));
        assertThat(failure.code()).as(mistake).isEqualTo(Code.UNKNOWN);
        assertThat(failure.execution()).isEqualTo(Execution.EXECUTED);
        assertThat(failure.getMessage()).contains("correlation id").doesNotContain("secret");
      }
      assertThat(mesh.call(READ, "alive", DEFAULT)).isEqualTo("alive");
    }
  }

  @Test
  void aHandlersOwnFailureReachesTheCallerWithOrWithoutAText() {
    try (MeshServer server = server(request -> {
              Metadata large = Metadata.of("k", "v".repeat(9000));
              throw switch (request) {
                case "no text" -> new RpcException(Code.NOT_FOUND, new Exception().getMessage());
                case "large" -> new RpcException(Code.NOT_FOUND, "x".repeat(9_000_000), large);
                default -> new RpcException(Code.NOT_FOUND, request);
              };
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      for (String text : List.of("no text", "large", "no such order")) {
        RpcException failure = failureOf(() -> mesh.call(READ, text, DEFAULT));
        assertThat(failure.code()).isEqualTo(Code.NOT_FOUND);
        assertThat(failure.execution()).isEqualTo(Execution.EXECUTED);
        assertThat(failure.status().text()).hasSizeLessThan(5000);
      }
      assertThat(failureOf(() -> mesh.call(READ, "no such order", DEFAULT))
              .status()
              .text())
          .isEqualTo("no such order");
    }
  }

  @Test
  void whatIsChangedAtABuilderLaterIsNotForTheServersThatItHasBuilt() {
    MethodDescriptor<String, String> added = new MethodDescriptor<>(
        "test.Added", "Read", Idempotency.NO_SIDE_EFFECTS, READ.request(), READ.reply());
    MeshServerBuilder builder = server(request -> request);
    MeshServer first = builder.build();
    builder
        .addService(ServiceDefinition.builder(new ServiceDescriptor("test.Added", List.of(added)))
            .blocking(added, request -> "added: " + request)
            .build())
        .name("later")
        .requestBytesMax(1);
    try (MeshServer server = first.start();
        MeshClient mesh = client(server).build()) {
      assertThat(mesh.call(READ, "before", DEFAULT)).isEqualTo("before");
      RpcException failure = failureOf(() -> mesh.call(added, "", DEFAULT.withWaitForReady(false)));
      assertThat(failure.getMessage()).contains("does not offer test.Added/Read");
      assertThat(mesh.call(READ, "alive", DEFAULT)).isEqualTo("alive");
      assertThat(mesh.peers().get(0).name()).isNotEqualTo("later");
    }
  }

  @Test
  void metadataOfAReplyHasALimit() {
    try (MeshServer server = server(request -> {
              CallContext context = CallContext.current().orElseThrow();
              assertThatThrownBy(() -> context.replyMetadata(Metadata.of("k", "v".repeat(8192))))
                  .hasMessage("metadata: 8193 bytes (expected: <= 8192)");
              return "refused there";
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("refused there");
    }
  }

  @Test
  void theLogHasTheWholeExceptionUnderTheIdThatTheCallerGot() {
    LogEars log = new LogEars();
    try (MeshServer server = server(request -> {
              throw new IllegalStateException("the password is 1234");
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      String text = failureOf(() -> mesh.call(READ, "", DEFAULT)).status().text();
      String id = text.substring(text.lastIndexOf(' ') + 1);
      LogRecord entry = log.records().stream()
          .filter(record -> record.getMessage().contains(id))
          .findFirst()
          .orElseThrow();
      assertThat(entry.getThrown()).hasMessage("the password is 1234");
      assertThat(entry.getThrown().getStackTrace()).isNotEmpty();
    } finally {
      log.close();
    }
  }

  @Test
  void handlersRunOnTheExecutorOfTheirServiceElseOfTheServer() {
    try (MeshServer server = server(request -> Thread.currentThread().getName())
            .executor(task -> new Thread(task, "the server's").start())
            .addService(
                Contract.other(request -> Thread.currentThread().getName()),
                task -> new Thread(task, "the service's").start())
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("the server's");
      assertThat(mesh.call(OTHER, "", DEFAULT)).isEqualTo("the service's");
    }
  }

  @Test
  void handlersRunOnVirtualThreadsWhereThereAreAny() {
    boolean expected = Runtime.version().feature() >= 21;
    try (MeshServer server =
            server(request -> Thread.currentThread().toString()).build().start();
        MeshClient mesh = client(server).build()) {
      assertThat(mesh.call(READ, "", DEFAULT).contains("VirtualThread")).isEqualTo(expected);
    }
  }

  @Test
  void whatTheExecutorRejectsWasNotExecutedAndMayGoElsewhere() {
    AtomicBoolean full = new AtomicBoolean(true);
    AtomicInteger runs = new AtomicInteger();
    try (MeshServer server = server(request -> "" + runs.incrementAndGet())
            .executor(task -> {
              if (full.get()) {
                throw new RejectedExecutionException("full");
              }
              new Thread(task).start();
            })
            .build()
            .start();
        MeshServer free = server(request -> "free").build().start();
        MeshClient mesh = client(server).build()) {
      RpcException failure = failureOf(() -> mesh.call(PAY, "", DEFAULT.withRetry(ONCE)));
      assertThat(failure.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(failure.execution()).isEqualTo(Execution.NOT_EXECUTED);
      assertThat(runs).hasValue(0);

      mesh.connect(free.endpoint());
      assertThat(mesh.call(PAY, "", DEFAULT)).isEqualTo("free");
      full.set(false);
      assertThat(mesh.call(PAY, "", DEFAULT.withServer(server.endpoint()))).isEqualTo("1");
    }
  }

  @Test
  void startsOnceAndOnlyBeforeItsEnd() {
    MeshServer server = server(request -> "").build();
    assertThatThrownBy(server::endpoint).isInstanceOf(IllegalStateException.class);
    server.start();
    assertThatThrownBy(server::start).hasMessage("the server has started");
    String taken = server.endpoint();
    assertThatThrownBy(() -> server(request -> "").bind(taken).build().start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(taken);
    server.close();
    server.close();
    assertThatThrownBy(server::start).hasMessage("the server is closed");
    try (MeshServer next = server(request -> "").bind(taken).build().start()) {
      assertThat(next.endpoint()).isEqualTo(taken);
    }
    MeshServer never = server(request -> "").build();
    never.close();
    assertThatThrownBy(never::start).hasMessage("the server is closed");
  }

  @Test
  void mayBeClosedByItsHandler() {
    CompletableFuture<MeshServer> self = new CompletableFuture<>();
    try (MeshServer server = server(request -> {
              self.join().close();
              return "closed";
            })
            .drainGrace(Duration.ofSeconds(30))
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      self.complete(server);
      assertThat(mesh.call(PAY, "", DEFAULT.withDeadline(Duration.ofSeconds(8))))
          .isEqualTo("closed");
    }
  }

  @Test
  void whatItLetInWhileItWasClosedByItsHandlerIsRun() {
    CompletableFuture<MeshServer> self = new CompletableFuture<>();
    try (MeshServer server = server(request -> {
              if (request.equals("close")) {
                self.join().close();
              }
              return request;
            })
            .shortHandlers(READ)
            .build()
            .start();
        MeshClient mesh = client(server)
            .retry(RetryPolicy.NEVER)
            .callbackExecutor(Runnable::run)
            .build()) {
      self.complete(server);
      CompletableFuture<String> other = mesh.callAsync(READ, "", DEFAULT).thenCompose(reply -> {
        CompletableFuture<String> sameMessage = mesh.callAsync(PAY, "runs", DEFAULT);
        CompletableFuture<String> closing = mesh.callAsync(READ, "close", DEFAULT);
        return closing.thenCompose(closed -> sameMessage);
      });
      assertThat(other).succeedsWithin(Duration.ofSeconds(20)).isEqualTo("runs");
    }
  }

  @Test
  void closingHandsQueuedWorkBackAndLetsRunningWorkEnd() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    MeshServer server = server(request -> {
          runs.incrementAndGet();
          entered.countDown();
          goOn.await();
          return "ran";
        })
        .workers(1)
        .build()
        .start();
    try (server;
        MeshServer other = server(request -> "elsewhere").build().start();
        MeshClient mesh = client(server).build()) {
      CompletableFuture<String> running = mesh.callAsync(PAY, "", DEFAULT);
      await().until(() -> entered.getCount() == 0);
      CompletableFuture<String> queued = mesh.callAsync(PAY, "", DEFAULT);
      await().until(() -> mesh.peers().get(0).inFlight() == 2);
      mesh.connect(other.endpoint());
      await().until(() -> mesh.call(READ, "", DEFAULT).equals("elsewhere"));
      CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
      assertThat(queued.join()).isEqualTo("elsewhere");
      assertThat(closing).isNotDone();
      goOn.countDown();
      assertThat(running.join()).isEqualTo("ran");
      closing.join();
      assertThat(runs).hasValue(1);
    }
  }

  @Test
  void beyondTheGraceTheCallIsUnknownAndItsHandlerIsTold() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    MeshServer server = server(request -> {
          CallContext.current().orElseThrow().onCancel(told::countDown);
          entered.countDown();
          told.await();
          return "";
        })
        .drainGrace(Duration.ofMillis(200))
        .build()
        .start();
    try (server;
        MeshClient mesh = client(server).build()) {
      CompletableFuture<String> call =
          mesh.callAsync(PAY, "", DEFAULT.withDeadline(Duration.ofSeconds(5)));
      await().until(() -> entered.getCount() == 0);
      server.close();
      RpcException failure = (RpcException) call.handle((reply, e) -> e).join();
      assertThat(failure.execution()).isEqualTo(Execution.UNKNOWN);
      await().until(() -> told.getCount() == 0);
    }
  }

  @Test
  void aRollingEndOfServersFailsNoCallThatMustNotRunTwice() {
    Map<String, Integer> runs = new ConcurrentHashMap<>();
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger calls = new AtomicInteger();
    List<RpcException> failures = new CopyOnWriteArrayList<>();
    try (MeshServer last = payments(runs);
        MeshClient mesh = client(last).build()) {
      List<Thread> payers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String name = "p" + i + "-";
        Thread payer = new Thread(() -> {
          for (int n = 0; !over.get(); n++) {
            try {
              mesh.call(PAY, name + n, DEFAULT);
              calls.incrementAndGet();
            } catch (RpcException e) {
              failures.add(e);
            }
          }
        });
        payer.start();
        payers.add(payer);
      }
      for (int round = 0; round < 5; round++) {
        try (MeshServer leaving = payments(runs)) {
          mesh.connect(leaving.endpoint());
          int before = calls.get();
          await().until(() -> calls.get() > before + 500);
        }
      }
      over.set(true);
      payers.forEach(payer -> await().until(() -> !payer.isAlive()));
    }
    assertThat(failures).isEmpty();
    assertThat(runs.values()).containsOnly(1);
  }

  private static MeshServer payments(Map<String, Integer> runs) {
    return server(request -> {
          runs.merge(request, 1, Integer::sum);
          return request;
        })
        .build()
        .start();
  }

  @Test
  void framesThatAreNotOfTheMeshAreCountedAndToldAndTheServerGoesOn() {
    List<MeshListener.StrayBytes> strays = new CopyOnWriteArrayList<>();
    MeshListener ears = new MeshListener() {
      @Override
      public void onStrayBytes(StrayBytes stray) {
        strays.add(stray);
      }
    };
    try (MeshServer server = server(request -> request).listener(ears).build().start();
        MeshClient mesh = client(server).build();
        ZContext strangers = new ZContext()) {
      ZMQ.Socket stranger = strangers.createSocket(SocketType.DEALER);
      stranger.setHandshakeIvl(500); // JeroMQ at times says nothing on a new connection
      stranger.connect(server.endpoint());
      stranger.send(new byte[] {-1, -1, -1});
      stranger.send(new byte[0]);
      await().atMost(Duration.ofSeconds(20)).until(() -> strays.size() == 2);
      assertThat(strays).extracting(MeshListener.StrayBytes::bytes).containsExactly(3, 0);
      assertThat(strays).extracting(MeshListener.StrayBytes::total).containsExactly(1L, 2L);
      assertThat(strays)
          .extracting(MeshListener.StrayBytes::address)
          .allMatch(address -> address.matches("127\\.0\\.0\\.1:\\d+"));
      assertThat(mesh.call(READ, "alive", DEFAULT)).isEqualTo("alive");
    }
  }

  @Test
  void clientsBeyondTheLimitAreToldSo() {
    try (MeshServer server = server(request -> "in").clientsMax(1).build().start();
        MeshClient first = client(server).build()) {
      assertThat(first.call(READ, "", DEFAULT)).isEqualTo("in");
      try (MeshClient second = client(server).build()) {
        RpcException failure =
            failureOf(() -> second.call(READ, "", DEFAULT.withDeadline(Duration.ofMillis(500))));
        assertThat(failure.execution()).isEqualTo(Execution.NOT_SENT);
        assertThat(failure.candidates().get(0).reason()).contains("TOO_MANY_CLIENTS");
      }
    }
  }

  @Test
  void beyondTheQueueACallIsRefusedAndWasNotExecuted() {
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    try (MeshServer server = server(request -> {
              runs.incrementAndGet();
              goOn.await();
              return "";
            })
            .workers(1)
            .queueCountMax(1)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      CompletableFuture<String> running = mesh.callAsync(PAY, "", DEFAULT);
      CompletableFuture<String> queued = mesh.callAsync(PAY, "", DEFAULT);
      RpcException failure = failureOf(() -> mesh.call(PAY, "", DEFAULT.withRetry(ONCE)));
      assertThat(failure.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(failure.execution()).isEqualTo(Execution.NOT_EXECUTED);
      goOn.countDown();
      running.join();
      queued.join();
      assertThat(runs).hasValue(2);
    }
  }
}
