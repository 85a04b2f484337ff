package io.meshrpc;

import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.failureOf;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.ServiceDefinition;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A caller, a front and a back: the front's calls live no longer than its own caller waits. */
@Timeout(60)
class NestedCallTest {
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final AtomicReference<Duration> left = new AtomicReference<>();
  private MeshServer back;
  private MeshClient toBack;

  @BeforeEach
  void startBack() {
    back = server(request -> {
          CallContext context = CallContext.current().orElseThrow();
          left.set(context.timeLeft());
          context.onCancel(cancelled::countDown);
          entered.countDown();
          cancelled.await();
          return "";
        })
        .build()
        .start();
    toBack = client(back).build();
  }

  @AfterEach
  void stopBack() {
    toBack.close();
    back.close();
  }

  private void frontCalls(ServiceDefinition front, Duration deadline, boolean cancel) {
    try (MeshServer server = server(front).build().start();
        MeshClient mesh = client(server).build()) {
      CompletableFuture<String> call = mesh.callAsync(READ, "", DEFAULT.withDeadline(deadline));
      await().until(() -> entered.getCount() == 0);
      assertThat(left.get()).isLessThanOrEqualTo(deadline);
      if (cancel) {
        call.cancel(true);
      }
      await().until(() -> cancelled.getCount() == 0);
      if (!cancel) {
        RpcException failure = (RpcException) call.handle((reply, e) -> e).join();
        assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      }
    }
  }

  @Test
  void aBlockingHandlersCallEndsWithItsCallersDeadline() {
    frontCalls(
        Contract.blocking(request -> toBack.call(READ, "", DEFAULT)),
        Duration.ofMillis(500),
        false);
  }

  @Test
  void aBlockingHandlersCallIsCancelledWithItsCaller() {
    frontCalls(
        Contract.blocking(request -> toBack.call(READ, "", DEFAULT)), Duration.ofSeconds(8), true);
  }

  @Test
  void anAsyncHandlersCallIsCancelledWithItsCaller() {
    frontCalls(
        Contract.async(request -> toBack.callAsync(READ, "", DEFAULT)),
        Duration.ofSeconds(8),
        true);
  }

  @Test
  void aCallThatHangsOnAnAsyncHandlersCallIsCancelledWithItsCaller() {
    try (MeshServer first = server(request -> "").build().start();
        MeshClient toFirst = client(first).build()) {
      frontCalls(
          Contract.async(request -> toFirst
              .callAsync(READ, "", DEFAULT)
              .thenCompose(reply -> toBack.callAsync(READ, "", DEFAULT))),
          Duration.ofSeconds(8),
          true);
    }
  }

  @Test
  void aCallFromAThreadThatWasGivenTheContextIsCancelledWithItsCaller() {
    frontCalls(
        Contract.async(request -> CompletableFuture.supplyAsync(
            () -> toBack.call(READ, "", DEFAULT),
            CallContext.current().orElseThrow().wrap(ForkJoinPool.commonPool()))),
        Duration.ofSeconds(8),
        true);
  }

  @Test
  void aCallThatTheHandlerBeginsAfterItsCancelIsCancelledToo() {
    CountDownLatch inFront = new CountDownLatch(1);
    CompletableFuture<RpcException> nested = new CompletableFuture<>();
    try (MeshServer server = server(request -> {
              inFront.countDown();
              CallContext context = CallContext.current().orElseThrow();
              await().until(context::isCancelled);
              RpcException failure = failureOf(() -> toBack.call(READ, "", DEFAULT));
              nested.complete(failure);
              throw failure;
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      CompletableFuture<String> call = mesh.callAsync(READ, "", DEFAULT);
      await().until(() -> inFront.getCount() == 0);
      call.cancel(true);
      assertThat(nested.join().code()).isEqualTo(Code.CANCELLED);
    }
  }

  @Test
  void theCancelIsHeardThoughAllWorkersWait() {
    CountDownLatch heard = new CountDownLatch(1);
    CountDownLatch inside = new CountDownLatch(1);
    try (MeshServer server = server(request -> {
              CallContext.current().orElseThrow().onCancel(heard::countDown);
              inside.countDown();
              heard.await();
              return "";
            })
            .workers(1)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      CompletableFuture<String> call = mesh.callAsync(READ, "", DEFAULT);
      await().until(() -> inside.getCount() == 0);
      call.cancel(true);
      await().until(() -> heard.getCount() == 0);
    }
  }

  @Test
  void aDetachedCallHasADeadlineOfItsOwnAndOutlivesTheCaller() throws InterruptedException {
    CallOptions own = DEFAULT.withDeadline(Duration.ofSeconds(40));
    ServiceDefinition front = Contract.blocking(request -> {
      CompletableFuture<String> unused =
          CallContext.detached(() -> toBack.callAsync(READ, "", own));
      assertThat(CallContext.current()).isPresent();
      return "begun";
    });
    try (MeshServer server = server(front).build().start();
        MeshClient mesh = client(server).build()) {
      assertThat(mesh.call(READ, "", DEFAULT.withDeadline(Duration.ofSeconds(20))))
          .isEqualTo("begun");
      entered.await();
      assertThat(left.get()).isGreaterThan(Duration.ofSeconds(20));
      assertThat(cancelled.getCount()).isEqualTo(1);
    }
  }
}
