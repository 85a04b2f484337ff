package io.meshrpc;

import static io.meshrpc.Contract.PAY;
import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.awaitQuietly;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.BlockingHandler;
import io.meshrpc.api.CallContext;
import io.meshrpc.core.Samples;
import io.meshrpc.core.ServerCall;
import io.meshrpc.edge.Invocation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handlers and callbacks that are found to be quick, and what becomes of them when they are not. */
@Timeout(120)
class QuickCodeTest {
  private static final String LOOP = "mesh-server-desk";
  private static final int ENOUGH = 20_000;

  private static String here() {
    String name = Thread.currentThread().getName();
    return name.isEmpty() ? "a virtual thread" : name;
  }

  /** A machine that is busy makes everything slow: what is to be found quick may take up to a millisecond. */
  private static MeshServerBuilder desk(BlockingHandler<String, String> handler) {
    return server(handler).name("desk").quickHandlers(Duration.ofMillis(1));
  }

  /** Calls until a handler runs on the loop. */
  private static void untilQuick(MeshClient mesh) {
    for (int i = 0; i < ENOUGH; i++) {
      if (mesh.call(READ, "where", DEFAULT).equals(LOOP)) {
        return;
      }
    }
    throw new AssertionError("no handler has run on the loop");
  }

  private static String whereOr(String request, BlockingHandler<String, String> other)
      throws Exception {
    return request.equals("where") ? here() : other.handle(request);
  }

  @Test
  void quickHandlersComeToRunOnTheLoop() {
    try (MeshServer server = desk(request -> here()).build().start();
        MeshClient mesh = client(server).build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isNotEqualTo(LOOP);

      untilQuick(mesh);
    }
  }

  @Test
  void slowOnesDoNot() {
    Set<String> seen = ConcurrentHashMap.newKeySet();
    try (MeshServer server = server(request -> {
              long endNs = System.nanoTime() + 100_000;
              while (System.nanoTime() < endNs) {
                Thread.onSpinWait();
              }
              return here();
            })
            .name("desk")
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      for (int i = 0; i < 3 * Habit.TRIAL; i++) {
        seen.add(mesh.call(READ, "", DEFAULT));
      }
    }
    assertThat(seen).doesNotContain(LOOP);
  }

  @Test
  void noneDoIfThatIsTurnedOffOrTheExecutorIsTheUsers() {
    var own = Executors.newSingleThreadExecutor(task -> new Thread(task, "own"));
    BlockingHandler<String, String> where = request -> here();
    List<MeshServerBuilder> all = List.of(
        server(where).name("desk").quickHandlers(Duration.ZERO),
        desk(where).executor(own),
        MeshServer.builder()
            .bind("tcp://127.0.0.1:*")
            .name("desk")
            .addService(Contract.blocking(where), own));
    for (MeshServerBuilder builder : all) {
      try (MeshServer server = builder.build().start();
          MeshClient mesh = client(server).build()) {
        for (int i = 0; i < 2 * Habit.TRIAL; i++) {
          assertThat(mesh.call(READ, "", DEFAULT)).isNotEqualTo(LOOP);
        }
      }
    }
    own.shutdown();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void oneThatWaitsDoesNotStopItsServer(int ioThreads) {
    CountDownLatch open = new CountDownLatch(1);
    AtomicReference<String> waiter = new AtomicReference<>("");
    try (MeshServer server = desk(request -> whereOr(request, other -> {
              waiter.set(here());
              awaitQuietly(open);
              return other + " at last";
            }))
            .ioThreads(ioThreads)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      untilQuick(mesh);
      CompletableFuture<String> late = mesh.callAsync(READ, "wait", DEFAULT);
      await().until(() -> !waiter.get().isEmpty());

      assertThat(mesh.call(PAY, "where", DEFAULT)).isNotEmpty();
      assertThat(mesh.call(READ, "where", DEFAULT)).isNotEqualTo(LOOP); // its method is off
      assertThat(waiter.get()).isEqualTo(LOOP);
      assertThat(late).isNotDone();

      open.countDown();
      assertThat(late.join()).isEqualTo("wait at last");
    }
  }

  @Test
  void oneThatWaitsHearsThatNobodyWaitsForItAnyMore() {
    CountDownLatch told = new CountDownLatch(1);
    AtomicReference<String> waiter = new AtomicReference<>("");
    try (MeshServer server = desk(request -> whereOr(request, other -> {
              CallContext.current().orElseThrow().onCancel(told::countDown);
              waiter.set(here());
              awaitQuietly(told);
              return other;
            }))
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      untilQuick(mesh);
      CompletableFuture<String> late = mesh.callAsync(READ, "wait", DEFAULT);
      await().until(() -> !waiter.get().isEmpty());

      late.cancel(false);

      await().until(() -> told.getCount() == 0);
      await()
          .until(() ->
              server.load().running() == 0 || !mesh.call(READ, "where", DEFAULT).isEmpty());
    }
  }

  @Test
  void oneMayCallItsOwnServerAndWait() {
    AtomicReference<MeshClient> self = new AtomicReference<>();
    try (MeshServer server = desk(request ->
                whereOr(request, other -> self.get().call(PAY, "where", DEFAULT) + " answered"))
            .build()
            .start();
        MeshClient mesh = client(server).build();
        MeshClient inner = client(server).build()) {
      self.set(inner);
      untilQuick(mesh);

      assertThat(mesh.call(READ, "nested", DEFAULT)).endsWith(" answered");
    }
  }

  @Test
  void oneMayCloseItsOwnServer() {
    assertClosesItsOwnServer(Duration.ofSeconds(2), MeshServer::close);
  }

  @Test
  void oneMayCloseItsOwnServerInAThreadThatActsForIt() {
    assertClosesItsOwnServer(
        Duration.ofSeconds(30),
        server -> CompletableFuture.runAsync(
                server::close, CallContext.current().orElseThrow().wrap(Contract.own()))
            .join());
  }

  private static void assertClosesItsOwnServer(Duration grace, Consumer<MeshServer> close) {
    AtomicReference<MeshServer> self = new AtomicReference<>();
    MeshServer server = desk(request -> whereOr(request, other -> {
          close.accept(self.get());
          return "closed";
        }))
        .drainGrace(grace)
        .build();
    self.set(server);
    try (MeshServer running = server.start();
        MeshClient mesh = client(running).build()) {
      untilQuick(mesh);

      assertThat(mesh.call(READ, "close", DEFAULT)).isEqualTo("closed");
    }
  }

  @Test
  void manyThatBecomeSlowAllAtOnceDoNotHoldUpTheLoopOneAfterTheOther() {
    AtomicInteger onTheLoop = new AtomicInteger();
    try (MeshServer server = desk(request -> whereOr(request, other -> {
              long endNs = System.nanoTime() + 3_000_000;
              while (System.nanoTime() < endNs) {
                Thread.onSpinWait();
              }
              onTheLoop.addAndGet(here().equals(LOOP) ? 1 : 0);
              return other;
            }))
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      untilQuick(mesh);
      List<CompletableFuture<String>> replies = new ArrayList<>();
      for (int i = 0; i < 60; i++) { // less than there are workers
        replies.add(mesh.callAsync(READ, "slow", DEFAULT));
      }
      replies.forEach(CompletableFuture::join);

      assertThat(onTheLoop.get()).isLessThan(20);
    }
  }

  @Test
  void whatTheLoopCannotLendItsThreadToRunsOnTheExecutor() {
    List<String> ran = new ArrayList<>();
    ServerCall call = Samples.toRun(READ, new byte[0]);
    HandlerRunner runner = new HandlerRunner(
        server(request -> {
          ran.add(request);
          return request;
        }),
        new DaemonThreads.Own(Runnable::run, () -> {}));
    Habit habit = new Habit(Habit.QUICK_NS);
    for (int i = 0; i < Habit.TRIAL; i++) {
      habit.onRan(1, 0);
    }
    QuickHandlers quick = new QuickHandlers(runner);
    for (int i = 0; i < 3; i++) {
      assertThat(quick.take(new Invocation(call, runner.way(call).plan), habit)).isTrue();
    }

    assertThat(quick.next()).isNotNull();
    quick.onDeclined();
    assertThat(quick.next()).isNull();
    assertThat(ran).isEmpty();
    runner.onTurnEnd();

    assertThat(ran).hasSize(3);
  }

  @Test
  void aStageOfAQuickOneMayCompleteLaterAndItsCallMayBeCancelledUntilThen() {
    AtomicReference<CompletableFuture<String>> promise = new AtomicReference<>();
    AtomicBoolean told = new AtomicBoolean();
    try (MeshServer server = server(Contract.async(request -> {
              if (request.equals("where")) {
                return CompletableFuture.completedFuture(here());
              }
              CallContext.current().orElseThrow().onCancel(() -> told.set(true));
              promise.set(new CompletableFuture<>());
              return promise.get();
            }))
            .name("desk")
            .quickHandlers(Duration.ofMillis(1))
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      untilQuick(mesh);
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
  void oneThatFailsFailsItsOwnCallOnly() {
    try (MeshServer server = desk(request -> whereOr(request, other -> {
              throw new AssertionError("secret");
            }))
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      untilQuick(mesh);

      assertThatThrownBy(() -> mesh.call(READ, "bad", DEFAULT))
          .hasMessageContaining("correlation id");
      assertThat(mesh.call(READ, "where", DEFAULT)).isNotEmpty();
    }
  }

  @Test
  void manyThatAreQuickAndSomeThatWaitAreAllAnsweredOnce() {
    AtomicInteger runs = new AtomicInteger();
    try (MeshServer server = desk(request -> whereOr(request, other -> {
              runs.incrementAndGet();
              if (other.endsWith("000")) {
                Thread.sleep(5);
              }
              return other + "!";
            }))
            .codelTarget(Duration.ZERO)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      untilQuick(mesh);
      List<CompletableFuture<String>> replies = new ArrayList<>();
      for (int i = 0; i < 8_000; i++) {
        replies.add(mesh.callAsync(READ, "" + i, DEFAULT));
      }
      for (int i = 0; i < 8_000; i++) {
        assertThat(replies.get(i).join()).isEqualTo(i + "!");
      }
      assertThat(runs).hasValue(8_000);
    }
  }

  private static void untilQuickCallbacks(MeshClient mesh) {
    for (int i = 0; i < ENOUGH; i++) {
      if (mesh.callAsync(READ, "", DEFAULT)
          .thenApply(reply -> here())
          .join()
          .equals("mesh-client-quick")) {
        return;
      }
    }
    throw new AssertionError("no callback has run on the loop");
  }

  private static MeshClient quickClient(MeshServer server) {
    return client(server).name("quick").quickCallbacks(Duration.ofMillis(1)).build();
  }

  @Test
  void quickCallbacksComeToRunOnTheLoopAndMayWaitThereAllTheSame() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = quickClient(server)) {
      untilQuickCallbacks(mesh);

      CompletableFuture<String> nested = mesh.callAsync(READ, "outer", DEFAULT)
          .thenApply(
              outer -> outer + mesh.call(READ, " inner", DEFAULT) + mesh.peers().size());

      assertThat(nested.join()).isEqualTo("outer inner1");
      assertThat(mesh.call(READ, "still there", DEFAULT)).isEqualTo("still there");
    }
  }

  @Test
  void aQuickCallbackMayCloseItsClient() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = quickClient(server)) {
      untilQuickCallbacks(mesh);

      CompletableFuture<Void> closed = mesh.callAsync(READ, "", DEFAULT).thenRun(mesh::close);

      assertThat(closed.join()).isNull();
      assertThatThrownBy(() -> mesh.call(READ, "", DEFAULT)).hasMessageContaining("closed");
    }
  }

  @Test
  void callsThatEndWithTheClientEndTheirFutures() {
    CountDownLatch open = new CountDownLatch(1);
    try (MeshServer server = server(request -> {
              if (request.equals("wait")) {
                awaitQuietly(open);
              }
              return request;
            })
            .build()
            .start();
        MeshClient mesh = quickClient(server)) {
      untilQuickCallbacks(mesh);
      CompletableFuture<String> late = mesh.callAsync(READ, "wait", DEFAULT);

      mesh.close();

      assertThatThrownBy(late::join).hasMessageContaining("closed");
      open.countDown();
    }
  }

  @Test
  void whatIsQuickIsCheckedForItsRange() {
    assertThatThrownBy(() -> MeshServer.builder().quickHandlers(Duration.ofMillis(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("quickHandlers: PT0.002S (expected: 0 to 1 ms)");
    assertThatThrownBy(() -> MeshClient.builder().quickCallbacks(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("quickCallbacks: PT-0.000000001S (expected: 0 to 1 ms)");
  }
}
