package io.meshrpc;

import static io.meshrpc.Contract.PAY;
import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.failureOf;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.CallContext;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.RpcException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ends in every state and from every thread: nobody waits, nothing stays behind. */
@Timeout(60)
class CloseTest {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private static long descriptors() {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return 0; // not every system tells
    }
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return open.count();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static long meshThreads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains(name))
        .count();
  }

  /** Nothing of this name runs any more, and no more descriptors are open than before. */
  private static void leavesNothing(long descriptorsBefore, String name) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> meshThreads(name) == 0 && descriptors() <= descriptorsBefore + 8);
  }

  @Test
  void nodesThatAreBuiltAndClosedAtOnceLeaveNothingBehind() {
    MeshServer.builder().bind("tcp://127.0.0.1:*").build().close();
    MeshClient.builder().build().close();
    long before = descriptors();
    try (MeshServer server = server(request -> request).build().start()) {
      for (int i = 0; i < 100; i++) {
        client(server).name("at-once").build().close();
        server(request -> request).name("at-once").build().start().close();
        server(request -> request).name("at-once").build().close();
      }
    }
    leavesNothing(before, "at-once");
  }

  @Test
  void aClientMayBeClosedWhileItConnects() throws Exception {
    long before = descriptors();
    try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String accepts = "tcp://127.0.0.1:" + nobody.getLocalPort(); // and never says a word
      for (String endpoint :
          List.of(accepts, "tcp://127.0.0.1:1", "tcp://no.such.host.invalid:1")) {
        MeshClient mesh =
            MeshClient.builder().connect(endpoint).name("connecting").build();
        CompletableFuture<String> waiting = mesh.callAsync(READ, "", DEFAULT);
        mesh.close();
        RpcException failure = (RpcException) waiting.handle((reply, e) -> e).get(20, SECONDS);
        assertThat(failure.code()).as(endpoint).isEqualTo(Code.CANCELLED);
        assertThat(failure.execution()).as(endpoint).isEqualTo(Execution.NOT_SENT);
      }
    }
    leavesNothing(before, "connecting");
  }

  @Test
  void aClientClosedByTwoThreadsWithCallsUnderWayEndsEachCallClearly() throws Exception {
    try (MeshServer server = server(request -> request).build().start()) {
      for (int round = 0; round < 10; round++) {
        MeshClient mesh = client(server).name("two-threads").build();
        List<CompletableFuture<Void>> callers = new ArrayList<>();
        CountDownLatch busy = new CountDownLatch(4);
        for (int i = 0; i < 4; i++) {
          callers.add(
              CompletableFuture.runAsync(() -> callUntilClosed(mesh, busy), Contract.own()));
        }
        busy.await();
        CompletableFuture<Void> one = CompletableFuture.runAsync(mesh::close, Contract.own());
        CompletableFuture<Void> other = CompletableFuture.runAsync(mesh::close, Contract.own());
        one.get(20, SECONDS);
        other.get(20, SECONDS);
        for (CompletableFuture<Void> caller : callers) {
          caller.get(20, SECONDS);
        }
      }
    }
    await().until(() -> meshThreads("two-threads") == 0);
  }

  /** Calls in both ways until one is refused because the client is closed. */
  private static void callUntilClosed(MeshClient mesh, CountDownLatch busy) {
    while (true) {
      CompletableFuture<String> later = mesh.callAsync(PAY, "later", DEFAULT);
      RpcException failure = failureOf(() -> {
        mesh.call(PAY, "now", DEFAULT);
        busy.countDown();
      });
      Object end = later.handle((reply, e) -> e == null ? reply : e).join();
      if (end instanceof RpcException e) {
        assertThat(e.code()).isEqualTo(Code.CANCELLED);
      } else {
        assertThat(end).isEqualTo("later");
      }
      if (failure != null) {
        assertThat(failure.code()).isEqualTo(Code.CANCELLED);
        return;
      }
    }
  }

  @Test
  void aClientMayBeClosedByItsListenerItsBalancerAndItsInterceptor() throws Exception {
    try (MeshServer server = server(request -> request).build().start()) {
      for (String who : List.of("listener", "balancer", "interceptor")) {
        AtomicReference<MeshClient> self = new AtomicReference<>();
        CountDownLatch built = new CountDownLatch(1);
        MeshListener ears = new MeshListener() {
          @Override
          public void onTransition(Transition transition) {
            closeIf(who.equals("listener"));
          }

          private void closeIf(boolean mine) {
            if (mine) {
              Contract.awaitQuietly(built);
              self.get().close();
            }
          }
        };
        AttemptInterceptor attempts = new AttemptInterceptor() {
          @Override
          public void onEnd(AttemptTrace attempt) {
            if (who.equals("interceptor")) {
              self.get().close();
            }
          }
        };
        MeshClient mesh = client(server)
            .name("by-" + who)
            .listener(ears)
            .interceptAttempts(attempts)
            .loadBalancer(pick -> {
              if (who.equals("balancer")) {
                self.get().close();
              }
              return pick.candidates().get(0);
            })
            .build();
        self.set(mesh);
        built.countDown();
        Object end = mesh.callAsync(READ, "", DEFAULT)
            .handle((reply, e) -> e == null ? reply : e)
            .get(20, SECONDS);
        assertThat(end instanceof RpcException e ? e.code() : end).isIn(Code.CANCELLED, "");
        await()
            .until(() -> meshThreads("mesh-client-by-" + who) == 0
                || meshThreads("mesh-client-by-" + who) == meshThreads("by-" + who + "-news"));
        assertThat(failureOf(() -> mesh.call(READ, "", DEFAULT)).code()).isEqualTo(Code.CANCELLED);
      }
    }
  }

  @Test
  void anInterruptedThreadMayCloseAndKeepsItsInterrupt() {
    MeshServer server = server(request -> request).name("interrupted").build().start();
    MeshClient mesh = client(server).name("interrupted").build();
    mesh.call(READ, "", DEFAULT);
    Thread.currentThread().interrupt();
    mesh.close();
    server.close();
    assertThat(Thread.interrupted()).isTrue();
    await().until(() -> meshThreads("mesh-client-interrupted") == 0);
    await().until(() -> meshThreads("mesh-server-interrupted") == 0);
  }

  @Test
  void aCallOfAThreadThatIsInterruptedAlreadyEndsAtOnce() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).build()) {
      mesh.call(READ, "", DEFAULT);
      Thread.currentThread().interrupt();
      Throwable thrown = null;
      try {
        mesh.call(READ, "", DEFAULT.withServer("tcp://127.0.0.1:9"));
      } catch (RpcException e) {
        thrown = e;
      }
      assertThat(Thread.interrupted()).isTrue();
      assertThat(((RpcException) thrown).code()).isEqualTo(Code.CANCELLED);
      assertThat(mesh.call(READ, "alive", DEFAULT)).isEqualTo("alive");
    }
  }

  @Test
  void cancelledFuturesLeaveNoWorkBehind() {
    try (MeshServer server = server(request -> {
              CallContext context = CallContext.current().orElseThrow();
              CountDownLatch told = new CountDownLatch(1);
              context.onCancel(told::countDown);
              boolean unused = told.await(1, java.util.concurrent.TimeUnit.MILLISECONDS);
              return request;
            })
            .workers(4)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      List<CompletableFuture<Void>> cancellers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        cancellers.add(CompletableFuture.runAsync(
            () -> {
              for (int n = 0; n < 200; n++) {
                CompletableFuture<String> call = mesh.callAsync(PAY, "", DEFAULT);
                if (ThreadLocalRandom.current().nextBoolean()) {
                  Thread.onSpinWait();
                }
                boolean cancelled = call.cancel(true);
                assertThat(call.isCancelled()).isEqualTo(cancelled);
                assertThat(call.cancel(true)).isEqualTo(cancelled);
              }
            },
            Contract.own()));
      }
      cancellers.forEach(CompletableFuture::join);
      await().until(() -> mesh.peers().get(0).inFlight() == 0);
      await().until(() -> {
        mesh.call(READ, "", DEFAULT);
        return server.load().queued() == 0 && server.load().running() <= 1;
      });
    }
  }

  @Test
  void aServerMayBeClosedByManyAtOnceAndByItsOwnCode() throws Exception {
    for (String who : List.of("two", "cancel")) {
      AtomicReference<MeshServer> self = new AtomicReference<>();
      CountDownLatch entered = new CountDownLatch(1);
      CompletableFuture<String> stage = new CompletableFuture<>();
      MeshServer server = server(Contract.async(request -> {
            CallContext.current().orElseThrow().onCancel(() -> {
              if (who.equals("cancel")) {
                self.get().close();
              }
              stage.complete("told");
            });
            entered.countDown();
            return stage;
          }))
          .name("own-code")
          .drainGrace(Duration.ofMillis(300))
          .build();
      self.set(server.start());
      MeshClient mesh = client(server).build();
      try (mesh;
          server) {
        CompletableFuture<String> call = mesh.callAsync(PAY, "", DEFAULT);
        entered.await();
        switch (who) {
          case "two" -> {
            CompletableFuture<Void> one = CompletableFuture.runAsync(server::close, Contract.own());
            CompletableFuture<Void> other =
                CompletableFuture.runAsync(server::close, Contract.own());
            one.get(20, SECONDS);
            other.get(20, SECONDS);
          }
          default -> call.cancel(true);
        }
        await().until(() -> meshThreads("mesh-server-own-code") == 0);
        assertThatThrownBy(server::start).hasMessage("the server is closed");
        server.close();
        assertThat(server.endpoint()).startsWith("tcp://127.0.0.1:");
        assertThat(server.load()).isNotNull();
      }
    }
  }

  @Test
  void whoWaitsForTheEndOfAServerReturnsWhenItIsClosed() throws Exception {
    MeshServer server = server(request -> request).build();
    assertThatIllegalStateException().isThrownBy(server::awaitEnd);
    server.start();
    CountDownLatch ended = new CountDownLatch(1);
    Thread main = new Thread(() -> {
      try {
        server.awaitEnd();
        ended.countDown();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
    main.start();
    assertThat(ended.getCount()).isOne();
    server.close();
    main.join(10_000);
    assertThat(ended.getCount()).isZero();
  }

  @Test
  void aServerThatIsClosedWhileItStartsIsClosed() throws Exception {
    long before = descriptors();
    for (int i = 0; i < 30; i++) {
      MeshServer server = server(request -> request).name("starting").build();
      AtomicBoolean started = new AtomicBoolean();
      CompletableFuture<Void> starting = CompletableFuture.runAsync(
          () -> {
            try {
              server.start();
              started.set(true);
            } catch (IllegalStateException e) {
              assertThat(e).hasMessage("the server is closed");
            }
          },
          Contract.own());
      server.close();
      starting.get(20, SECONDS);
      assertThatThrownBy(server::start).hasMessage("the server is closed");
    }
    leavesNothing(before, "mesh-server-starting");
  }
}
