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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handlers that were declared short. */
@Timeout(60)
class ShortHandlersTest {
  @Test
  void theyRunOnTheLoopAndOthersDoNot() {
    try (MeshServer server = server(request -> Thread.currentThread().getName())
            .name("desk")
            .shortHandlers(READ)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("mesh-server-desk");
      assertThat(mesh.call(PAY, "", DEFAULT)).isNotEqualTo("mesh-server-desk");
    }
  }

  @Test
  void manyCallsAtOnceAreAllAnswered() {
    try (MeshServer server = server(request -> request + "!")
            .shortHandlers(READ, PAY)
            .workers(1)
            .build()
            .start();
        MeshClient mesh = client(server).callbackExecutor(Runnable::run).build()) {
      List<CompletableFuture<String>> replies = new ArrayList<>();
      for (int i = 0; i < 5000; i++) {
        replies.add(mesh.callAsync(i % 2 == 0 ? READ : PAY, "" + i, DEFAULT));
      }
      for (int i = 0; i < 5000; i++) {
        assertThat(replies.get(i).join()).isEqualTo(i + "!");
      }
    }
  }

  @Test
  void aCallbackOnTheLoopMayCallAgain() {
    try (MeshServer server =
            server(request -> request).shortHandlers(READ).build().start();
        MeshClient mesh = client(server).callbackExecutor(Runnable::run).build()) {
      CompletableFuture<String> chain = mesh.callAsync(READ, "0", DEFAULT);
      for (int i = 1; i <= 100; i++) {
        String next = "" + i;
        chain = chain.thenCompose(before -> mesh.callAsync(READ, next, DEFAULT));
      }
      assertThat(chain.join()).isEqualTo("100");
    }
  }

  @Test
  void aStageMayCompleteLaterAndItsCallMayBeCancelledUntilThen() {
    AtomicReference<CompletableFuture<String>> promise = new AtomicReference<>();
    AtomicBoolean told = new AtomicBoolean();
    try (MeshServer server = server(Contract.async(request -> {
              CallContext.current().orElseThrow().onCancel(() -> told.set(true));
              CompletableFuture<String> stage = new CompletableFuture<>();
              promise.set(stage);
              return stage;
            }))
            .shortHandlers(READ)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      CompletableFuture<String> first = mesh.callAsync(READ, "1", DEFAULT);
      await().until(() -> promise.get() != null);
      promise.getAndSet(null).complete("later");
      assertThat(first.join()).isEqualTo("later");

      CompletableFuture<String> second = mesh.callAsync(READ, "2", DEFAULT);
      await().until(() -> promise.get() != null);
      second.cancel(false);
      await().untilTrue(told);
      promise.get().complete("too late");
      await().until(() -> server.load().running() == 0);
    }
  }

  @Test
  void oneThatThrowsFailsItsOwnCallOnly() {
    try (MeshServer server = server(request -> {
              if (request.equals("bad")) {
                throw new AssertionError("secret");
              }
              return request;
            })
            .shortHandlers(READ)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      var failure = failureOf(() -> mesh.call(READ, "bad", DEFAULT));
      assertThat(failure.code()).isEqualTo(Code.UNKNOWN);
      assertThat(failure.execution()).isEqualTo(Execution.EXECUTED);
      assertThat(mesh.call(READ, "good", DEFAULT)).isEqualTo("good");
    }
  }

  @Test
  void oneMayCloseItsOwnServer() {
    AtomicReference<MeshServer> self = new AtomicReference<>();
    MeshServer server = server(request -> {
          self.get().close();
          return "closed";
        })
        .shortHandlers(READ)
        .build();
    self.set(server);
    try (MeshServer running = server.start();
        MeshClient mesh = client(running).build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("closed");
    }
  }

  @Test
  void oneThatHoldsUpTheLoopIsLoggedOnce() throws Exception {
    LogEars log = new LogEars();
    CountDownLatch never = new CountDownLatch(1);
    try (MeshServer server = server(request -> {
              boolean unused = never.await(30, java.util.concurrent.TimeUnit.MILLISECONDS);
              return request;
            })
            .shortHandlers(READ)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      mesh.call(READ, "1", DEFAULT);
      mesh.call(READ, "2", DEFAULT);
    } finally {
      log.close();
    }
    assertThat(log.texts())
        .filteredOn(text -> text.contains("is declared short"))
        .hasSize(1);
  }

  @Test
  void aMethodThatIsNotServedIsRefused() {
    MeshServerBuilder builder = server(request -> request).shortHandlers(READ, OTHER);

    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("shortHandlers: test.Other/")
        .hasMessageContaining("expected: a method of a service that is added");
  }

  @Test
  void aDeadlineHoldsForThem() {
    try (MeshServer server = server(Contract.async(request -> new CompletableFuture<>()))
            .shortHandlers(READ)
            .drainGrace(Duration.ZERO)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      var failure =
          failureOf(() -> mesh.call(READ, "", DEFAULT.withDeadline(Duration.ofMillis(100))));
      assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    }
  }
}
