package io.meshrpc;

import static io.meshrpc.Contract.PAY;
import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.failureOf;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.BlockingHandler;
import io.meshrpc.api.CallContext;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.api.ServiceDescriptor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The worst that handlers and their executors may do: the call is told, the server goes on. */
@Timeout(60)
class HandlerFailuresTest {
  private static final class Unspeakable extends RuntimeException {
    @Override
    public String getMessage() {
      throw new AssertionError("not even its text can be had");
    }
  }

  private static String misbehave(String request) {
    return switch (request) {
      case "memory" -> "" + new long[Integer.MAX_VALUE].length;
      case "stack" -> "" + depth(0);
      case "unspeakable" -> throw new Unspeakable();
      case "error" -> throw new AssertionError("of another kind");
      default -> request;
    };
  }

  private static int depth(int n) {
    return 1 + depth(n + 1) + depth(n + 2);
  }

  @Test
  void whateverErrorAHandlerThrowsItsCallerIsToldAtOnceAndTheServerGoesOn() {
    for (boolean onTheLoop : List.of(false, true)) {
      MeshServerBuilder builder = server(HandlerFailuresTest::misbehave);
      if (onTheLoop) {
        builder.shortHandlers(READ);
      }
      try (MeshServer server = builder.build().start();
          MeshClient mesh = client(server).build()) {
        for (String mistake : List.of("memory", "stack", "unspeakable", "error")) {
          RpcException failure = failureOf(() -> mesh.call(READ, mistake, DEFAULT));
          assertThat(failure.code()).as(mistake).isEqualTo(Code.UNKNOWN);
          assertThat(failure.execution()).as(mistake).isEqualTo(Execution.EXECUTED);
          assertThat(mesh.call(READ, "alive", DEFAULT)).isEqualTo("alive");
        }
        await().until(() -> {
          mesh.call(READ, "", DEFAULT);
          return server.load().running() <= 1; // the call that carries the report
        });
      }
    }
  }

  /** Forgets a text. */
  private static final class Forgetful implements Marshaller<String> {
    @Override
    public byte @Nullable [] encode(String value) {
      return value.equals("nothing") ? null : value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String decode(byte[] bytes) {
      String text = new String(bytes, StandardCharsets.UTF_8);
      if (text.equals("gibberish")) {
        throw new IllegalStateException("no text at all");
      }
      return text;
    }
  }

  private static final MethodDescriptor<String, String> FORGETFUL = new MethodDescriptor<>(
      "test.Memory", "Read", Idempotency.NO_SIDE_EFFECTS, new Forgetful(), new Forgetful());

  private static ServiceDefinition memory(BlockingHandler<String, String> handler) {
    return ServiceDefinition.builder(new ServiceDescriptor("test.Memory", List.of(FORGETFUL)))
        .blocking(FORGETFUL, handler)
        .build();
  }

  @Test
  void aMarshallerThatGivesNoBytesFailsItsCallAndNothingElse() {
    MethodDescriptor<String, String> method = FORGETFUL;
    ServiceDefinition memory =
        memory(request -> request.equals("say nothing") ? "nothing" : request);
    for (boolean onTheLoop : List.of(false, true)) {
      MeshServerBuilder builder = server(memory);
      if (onTheLoop) {
        builder.shortHandlers(method);
      }
      try (MeshServer server = builder.build().start();
          MeshClient mesh = client(server).build()) {
        RpcException failure = failureOf(() -> mesh.call(method, "say nothing", DEFAULT));
        assertThat(failure.code()).isEqualTo(Code.UNKNOWN);
        assertThat(failure.execution()).isEqualTo(Execution.EXECUTED);
        RpcException unsent = failureOf(() -> mesh.call(method, "nothing", DEFAULT));
        assertThat(unsent.code()).isEqualTo(Code.INTERNAL);
        assertThat(unsent.execution()).isEqualTo(Execution.NOT_SENT);
        assertThat(unsent).hasCauseInstanceOf(NullPointerException.class);
        assertThat(mesh.call(method, "alive", DEFAULT)).isEqualTo("alive");
      }
    }
  }

  /** Its metadata cannot be had, as if a user had made a kind of his own and forgotten it. */
  private static final class Incomplete extends RpcException {
    Incomplete() {
      super(Code.NOT_FOUND, "incomplete");
    }

    @Override
    public Metadata metadata() {
      throw new IllegalStateException("forgotten");
    }
  }

  @Test
  void aFailureThatIsItselfBrokenEndsItsCallAllTheSame() {
    assertThatNullPointerException()
        .isThrownBy(() -> new RpcException(Code.NOT_FOUND, "x", (Metadata) null))
        .withMessage("metadata");
    for (boolean later : List.of(false, true)) {
      try (MeshServer server = server(Contract.async(request -> {
                if (later) {
                  return CompletableFuture.failedFuture(new Incomplete());
                }
                throw new Incomplete();
              }))
              .build()
              .start();
          MeshClient mesh = client(server).build()) {
        RpcException failure = failureOf(() -> mesh.call(READ, "", DEFAULT));
        assertThat(failure.code()).isEqualTo(Code.UNKNOWN);
        assertThat(failure.getMessage()).contains("correlation id");
      }
    }
  }

  @Test
  void aReplyThatCannotBeReadFailsItsCallWithAllThatIsKnownOfIt() {
    MethodDescriptor<String, String> method = FORGETFUL;
    ServiceDefinition memory = memory(request -> "gibberish");
    try (MeshServer server = server(memory).build().start();
        MeshClient mesh = client(server).build()) {
      RpcException blocking = failureOf(() -> mesh.call(method, "", DEFAULT));
      RpcException later = (RpcException) mesh.callAsync(method, "", DEFAULT)
          .handle((reply, failure) -> failure)
          .join();
      for (RpcException failure : List.of(blocking, later)) {
        assertThat(failure.code()).isEqualTo(Code.INTERNAL);
        assertThat(failure.execution()).isEqualTo(Execution.EXECUTED);
        assertThat(failure.getCause()).hasMessage("no text at all");
        assertThat(failure.attempts()).hasSize(1);
        assertThat(failure.attempts().get(0).endpoint()).isEqualTo(server.endpoint());
        assertThat(failure.attempts().get(0).execution()).isEqualTo(Execution.EXECUTED);
      }
    }
  }

  @Test
  void aHandlerThatNeverReturnsHoldsItsWorkerAndNothingElse() {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch entered = new CountDownLatch(1);
    MeshServer server = server(request -> {
          if (request.equals("hang")) {
            entered.countDown();
            never.await();
          }
          return request;
        })
        .workers(2)
        .drainGrace(Duration.ofMillis(200))
        .build()
        .start();
    try (server;
        MeshClient mesh = client(server).build()) {
      CompletableFuture<String> hanging = mesh.callAsync(PAY, "hang", DEFAULT);
      await().until(() -> entered.getCount() == 0);
      for (int i = 0; i < 100; i++) {
        assertThat(mesh.call(PAY, "others", DEFAULT)).isEqualTo("others");
      }
      server.close();
      RpcException failure = (RpcException) hanging.handle((reply, e) -> e).join();
      assertThat(failure.execution()).isEqualTo(Execution.UNKNOWN);
    } finally {
      never.countDown();
    }
  }

  /** Calls PAY once at a server with this executor, whose handler counts. */
  private static void payOnce(Executor executor, AtomicInteger runs, AtomicReference<Object> end) {
    try (MeshServer server = server(request -> "run " + runs.incrementAndGet())
            .executor(executor)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      end.set(mesh.callAsync(PAY, "", DEFAULT.withRetry(RetryPolicy.NEVER))
          .handle((reply, e) -> e == null ? reply : e)
          .join());
    }
  }

  @Test
  void workThatAnExecutorRunsAndRejectsAllTheSameWasExecuted() {
    AtomicInteger runs = new AtomicInteger();
    AtomicReference<Object> end = new AtomicReference<>();
    payOnce(
        task -> {
          task.run();
          throw new OutOfMemoryError("after the work");
        },
        runs,
        end);
    assertThat(end.get()).isEqualTo("run 1");
    assertThat(runs).hasValue(1);
  }

  @Test
  void workThatWasReportedAsNotExecutedNeverRunsWhateverItsExecutorDoesLater() {
    AtomicInteger runs = new AtomicInteger();
    AtomicReference<Object> end = new AtomicReference<>();
    AtomicReference<Runnable> kept = new AtomicReference<>();
    payOnce(
        task -> {
          kept.set(task);
          throw new OutOfMemoryError("unable to create native thread");
        },
        runs,
        end);
    assertThat(((RpcException) end.get()).execution()).isEqualTo(Execution.NOT_EXECUTED);
    kept.get().run();
    assertThat(runs).hasValue(0);
  }

  @Test
  void workThatAnExecutorRunsTwiceIsExecutedOnce() {
    AtomicInteger runs = new AtomicInteger();
    AtomicReference<Object> end = new AtomicReference<>();
    payOnce(
        task -> {
          task.run();
          task.run();
        },
        runs,
        end);
    assertThat(end.get()).isEqualTo("run 1");
    assertThat(runs).hasValue(1);
  }

  @Test
  void anExecutorThatForgetsItsWorkCostsNoCallMoreThanItsDeadline() {
    try (MeshServer server = server(request -> request)
            .executor(task -> {})
            .drainGrace(Duration.ofMillis(100))
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      RpcException failure =
          failureOf(() -> mesh.call(PAY, "", DEFAULT.withDeadline(Duration.ofMillis(200))));
      assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(failure.execution()).isEqualTo(Execution.UNKNOWN);
    }
  }

  /** What an executor without a free thread does with work whose caller is gone. */
  private static void waitsForAThread(UnaryOperator<CompletableFuture<String>> untilNobodyWaits) {
    AtomicInteger runs = new AtomicInteger();
    Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    try (MeshServer server = server(request -> "run " + runs.incrementAndGet())
            .executor(waiting::add)
            .shortHandlers(READ)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      CompletableFuture<String> call =
          mesh.callAsync(PAY, "", DEFAULT.withDeadline(Duration.ofMillis(500)));
      await().until(() -> !waiting.isEmpty());
      assertThat(untilNobodyWaits.apply(call)).failsWithin(Duration.ofSeconds(20));
      await().until(() -> {
        mesh.call(READ, "", DEFAULT);
        return server.load().running() <= 1; // this one
      });
      runs.set(0);
      waiting.forEach(Runnable::run);
      assertThat(runs).hasValue(0);
    }
  }

  @Test
  void workThatWaitsForAThreadDoesNotStartOnceItsCallerHasGone() {
    waitsForAThread(call -> call);
    waitsForAThread(call -> {
      call.cancel(true);
      return call;
    });
  }

  @Test
  void aHandlerOnTheLoopThatInterruptsItsThreadHarmsNobody() {
    try (MeshServer server = server(request -> {
              Thread.currentThread().interrupt();
              return request;
            })
            .shortHandlers(READ)
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      for (int i = 0; i < 200; i++) {
        assertThat(mesh.call(READ, "alive", DEFAULT.withDeadline(Duration.ofSeconds(5))))
            .isEqualTo("alive");
      }
    }
  }

  @Test
  void anActionOnCancelThatThrowsKeepsNoOtherFromRunning() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    try (MeshServer server = server(request -> {
              if (request.equals("long")) {
                CallContext context = CallContext.current().orElseThrow();
                context.onCancel(() -> {
                  throw new StackOverflowError("an action's mistake");
                });
                context.onCancel(told::countDown);
                entered.countDown();
                told.await();
              }
              return request;
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      CompletableFuture<String> call = mesh.callAsync(READ, "long", DEFAULT);
      await().until(() -> entered.getCount() == 0);
      assertThat(call.cancel(true)).isTrue();
      await().until(() -> told.getCount() == 0);
      assertThat(mesh.call(READ, "alive", DEFAULT)).isEqualTo("alive");
    }
  }

  @Test
  void anInterceptorOfAServerThatThrowsAnErrorFailsItsCallOnly() {
    try (MeshServer server = server(request -> request)
            .intercept((context, request, next) -> {
              if (request.equals("bad")) {
                throw new StackOverflowError("an interceptor's mistake");
              }
              return next.handle(request);
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      assertThat(failureOf(() -> mesh.call(READ, "bad", DEFAULT)).code()).isEqualTo(Code.UNKNOWN);
      assertThat(mesh.call(READ, "alive", DEFAULT)).isEqualTo("alive");
    }
  }
}
