package io.meshrpc;

import static io.meshrpc.Contract.PAY;
import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.failureOf;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.CallContext;
import io.meshrpc.api.CallInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.RpcException;
import io.meshrpc.policy.RoundRobin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The user's code between a call and the wire: what it may do, and what becomes of it if it fails. */
@Timeout(60)
class InterceptorTest {
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  /** Derives a stage of its own, as an interceptor that measures does. */
  static CallInterceptor passing() {
    return new CallInterceptor() {
      @Override
      public <Q, R> CompletionStage<R> intercept(
          MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
        return next.call(method, request, options).thenApply(reply -> reply);
      }
    };
  }

  private static CallInterceptor noting(String name, List<String> notes) {
    return new CallInterceptor() {
      @Override
      public <Q, R> CompletionStage<R> intercept(
          MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
        notes.add(name + " before");
        return next.call(method, request, options)
            .whenComplete((reply, e) -> notes.add(name + " after"));
      }
    };
  }

  /** Does as told: throw, return null, or throw once the call was sent. */
  private static CallInterceptor failing(String how) {
    return new CallInterceptor() {
      @Override
      public <Q, R> CompletionStage<R> intercept(
          MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
        if (how.equals("null")) {
          return null;
        }
        if (how.equals("late")) {
          CompletionStage<R> unused = next.call(method, request, options);
        }
        throw new IllegalArgumentException("interceptor's mistake");
      }
    };
  }

  @Test
  void theFirstAddedStandsOutermost() {
    List<String> notes = new CopyOnWriteArrayList<>();
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server)
            .intercept(noting("outer", notes))
            .intercept(noting("inner", notes))
            .build()) {
      assertThat(mesh.call(READ, "through", DEFAULT)).isEqualTo("through");
      assertThat(notes)
          .containsExactly("outer before", "inner before", "inner after", "outer after");
    }
  }

  @Test
  void mayAnswerInTheCallsPlace() {
    CallInterceptor cache = new CallInterceptor() {
      @Override
      @SuppressWarnings("unchecked")
      public <Q, R> CompletionStage<R> intercept(
          MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
        return CompletableFuture.completedFuture((R) "from the cache");
      }
    };
    try (MeshClient mesh = MeshClient.builder().intercept(cache).build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("from the cache");
      assertThat(mesh.callAsync(READ, "", DEFAULT).join()).isEqualTo("from the cache");
    }
  }

  @Test
  void anInterceptorThatFailsFailsItsCallClearly() {
    try (MeshServer server = server(request -> request).build().start()) {
      for (String how : List.of("throw", "null", "late")) {
        try (MeshClient mesh = client(server).intercept(failing(how)).build()) {
          RpcException blocking = failureOf(() -> mesh.call(READ, "", DEFAULT));
          RpcException later = (RpcException) mesh.callAsync(READ, "", DEFAULT)
              .handle((reply, failure) -> failure)
              .join();
          for (RpcException failure : List.of(blocking, later)) {
            assertThat(failure.code()).isEqualTo(Code.INTERNAL);
            assertThat(failure.getMessage()).contains("interceptor");
            assertThat(failure.getCause()).isNotNull();
            assertThat(failure.execution())
                .isEqualTo(how.equals("late") ? Execution.UNKNOWN : Execution.NOT_SENT);
          }
        }
      }
    }
  }

  @Test
  void blockingCallsInAllCallbackThreadsEndAlthoughAnInterceptorStandsAround() {
    ExecutorService one = Executors.newSingleThreadExecutor();
    try (MeshServer server = server(request -> request).build().start()) {
      for (MeshClientBuilder builder :
          List.of(client(server), client(server).callbackExecutor(one))) {
        try (MeshClient mesh = builder.intercept(passing()).build()) {
          List<CompletableFuture<String>> nested = new ArrayList<>();
          for (int i = 0; i < 12; i++) {
            nested.add(mesh.callAsync(READ, "outer", DEFAULT)
                .thenApply(reply -> mesh.call(READ, "inner", DEFAULT)));
          }
          for (CompletableFuture<String> each : nested) {
            assertThat(each).succeedsWithin(TEN_SECONDS).isEqualTo("inner");
          }
        }
      }
    } finally {
      one.shutdownNow();
    }
  }

  @Test
  void whatAnInterceptorHangsOnABlockingCallRunsInTheCallersThread() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    CallInterceptor noting = new CallInterceptor() {
      @Override
      public <Q, R> CompletionStage<R> intercept(
          MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
        return next.call(method, request, options)
            .whenComplete((reply, e) -> threads.add(Thread.currentThread()));
      }
    };
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).intercept(noting).build()) {
      assertThat(mesh.call(READ, "x", DEFAULT)).isEqualTo("x");
      assertThat(threads).containsExactly(Thread.currentThread());
    }
  }

  private static CallInterceptor silent() {
    return new CallInterceptor() {
      @Override
      public <Q, R> CompletionStage<R> intercept(
          MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
        return new CompletableFuture<>();
      }
    };
  }

  @Test
  void norDoesItHoldAHandlerForLongerThanItsOwnCallerWaits() {
    CompletableFuture<RpcException> nested = new CompletableFuture<>();
    try (MeshClient inside = MeshClient.builder()
            .intercept(silent())
            .defaultDeadline(Duration.ofMinutes(10))
            .build();
        MeshServer server = server(request -> {
              nested.complete(failureOf(() -> inside.call(READ, "", DEFAULT)));
              return "";
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      RpcException late =
          failureOf(() -> mesh.call(READ, "", DEFAULT.withDeadline(Duration.ofMillis(300))));
      assertThat(late.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(nested)
          .succeedsWithin(Duration.ofSeconds(20))
          .extracting(RpcException::code)
          .isEqualTo(Code.DEADLINE_EXCEEDED);
    }
  }

  @Test
  void anInterceptorThatNeverAnswersHoldsItsCallerNoLongerThanTheDeadline() {
    try (MeshClient mesh = MeshClient.builder().intercept(silent()).build()) {
      RpcException failure =
          failureOf(() -> mesh.call(READ, "", DEFAULT.withDeadline(Duration.ofMillis(200))));
      assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(failure.execution()).isEqualTo(Execution.NOT_SENT);
      assertThat(failure.getMessage()).contains("interceptors");
    }
  }

  @Test
  void whatAnInterceptorAsksInTheBackgroundEndsAfterItsCallHas() {
    List<CompletableFuture<?>> background = new CopyOnWriteArrayList<>();
    CountDownLatch answer = new CountDownLatch(1);
    CallInterceptor cache = new CallInterceptor() {
      @Override
      @SuppressWarnings("unchecked")
      public <Q, R> CompletionStage<R> intercept(
          MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
        background.add(next.call(method, request, options).toCompletableFuture());
        return CompletableFuture.completedFuture((R) "from the cache");
      }
    };
    try (MeshServer server = server(request -> {
              answer.await();
              return "fresh";
            })
            .build()
            .start();
        MeshClient mesh = client(server).intercept(cache).build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("from the cache");
      answer.countDown();
      assertThat(background)
          .singleElement()
          .satisfies(
              each -> assertThat((Object) each.get(10, TimeUnit.SECONDS)).isEqualTo("fresh"));
    }
  }

  @Test
  void cancellingTheFutureReachesTheHandlerThroughInterceptors() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    try (MeshServer server = server(request -> {
              CallContext.current().orElseThrow().onCancel(cancelled::countDown);
              entered.countDown();
              cancelled.await();
              return "";
            })
            .build()
            .start();
        MeshClient mesh = client(server).intercept(passing()).build()) {
      CompletableFuture<String> future = mesh.callAsync(READ, "", DEFAULT);
      await().until(() -> entered.getCount() == 0);
      future.cancel(true);
      await().until(() -> cancelled.getCount() == 0);
    }
  }

  @Test
  void anAttemptInterceptorSeesAttemptsAndChangesTheirMetadata() {
    List<String> seen = new CopyOnWriteArrayList<>();
    AttemptInterceptor interceptor = new AttemptInterceptor() {
      @Override
      public Metadata onSend(
          MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
        seen.add("send " + method.name() + " " + attempt);
        return metadata.with("attempt", "" + attempt);
      }

      @Override
      public void onEnd(AttemptTrace attempt) {
        seen.add("end " + attempt.number() + " " + attempt.execution());
      }
    };
    try (MeshServer server = server(request ->
                CallContext.current().orElseThrow().metadata().text("attempt").orElse(""))
            .build()
            .start();
        MeshClient mesh = client(server).interceptAttempts(interceptor).build()) {
      assertThat(mesh.call(READ, "", DEFAULT)).isEqualTo("1");
      assertThat(seen).containsExactly("send Read 1", "end 1 EXECUTED");
    }
  }

  @Test
  void anAttemptInterceptorHearsOfTheEndOfEachAttemptThatItHasSeen() {
    AtomicInteger open = new AtomicInteger();
    List<Execution> ends = new CopyOnWriteArrayList<>();
    AttemptInterceptor counting = new AttemptInterceptor() {
      @Override
      public Metadata onSend(
          MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
        open.incrementAndGet();
        return Metadata.EMPTY.with("trace", "0123456789");
      }

      @Override
      public void onEnd(AttemptTrace attempt) {
        open.decrementAndGet();
        ends.add(attempt.execution());
      }
    };
    try (MeshServer server =
            server(request -> request).metadataBytesMax(10).build().start();
        MeshClient mesh = client(server).interceptAttempts(counting).build()) {
      RpcException failure = failureOf(() -> mesh.call(READ, "", DEFAULT));
      assertThat(failure.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(ends).containsExactly(Execution.NOT_SENT);
      assertThat(open).hasValue(0);
    }
  }

  @Test
  void anAttemptInterceptorThatFailsFailsItsCallAndNothingElse() {
    AtomicReference<String> how = new AtomicReference<>("");
    AttemptInterceptor interceptor = new AttemptInterceptor() {
      @Override
      public Metadata onSend(
          MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
        if (how.get().equals("throw")) {
          throw new StackOverflowError("interceptor's mistake");
        }
        return how.get().equals("null") ? null : metadata;
      }

      @Override
      public void onEnd(AttemptTrace attempt) {
        throw new IllegalStateException("at the end");
      }
    };
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).interceptAttempts(interceptor).build()) {
      for (String mistake : List.of("throw", "null")) {
        how.set(mistake);
        RpcException failure = failureOf(() -> mesh.call(READ, "", DEFAULT));
        assertThat(failure.code()).isEqualTo(Code.INTERNAL);
        assertThat(failure.execution()).isEqualTo(Execution.NOT_SENT);
        assertThat(failure.getMessage()).contains("the attempt interceptor");
        assertThat(failure.getCause())
            .isInstanceOf(
                mistake.equals("throw") ? StackOverflowError.class : NullPointerException.class);
        how.set("");
        assertThat(mesh.call(READ, "alive", DEFAULT)).isEqualTo("alive");
      }
    }
  }

  @Test
  void aLoadBalancerServesOneClientUnlessItIsALambda() {
    MeshClientBuilder builder = MeshClient.builder().loadBalancer(new RoundRobin());
    builder.build().close();
    assertThatIllegalStateException()
        .isThrownBy(builder::build)
        .withMessageContaining("RoundRobin (expected: one of its own for each client)");
    RoundRobin shared = new RoundRobin();
    builder.loadBalancer(shared).build().close();
    assertThatIllegalStateException()
        .isThrownBy(() -> MeshClient.builder().loadBalancer(shared).build())
        .withMessageContaining("RoundRobin (expected: one of its own for each client)");
    assertThatIllegalStateException()
        .isThrownBy(() -> builder.loadBalancer(shared).build())
        .withMessageContaining("RoundRobin (expected: one of its own for each client)");
    builder.loadBalancer(pick -> pick.candidates().get(0));
    builder.build().close();
    builder.build().close();
  }

  @Test
  void aClientThatCannotBeBuiltLeavesItsLoadBalancerToTheNext() {
    MeshClientBuilder builder =
        MeshClient.builder().loadBalancer(new RoundRobin()).hedge(PAY, HedgePolicy.ON);
    assertThatIllegalArgumentException().isThrownBy(builder::build);
    builder.hedge(PAY, HedgePolicy.OFF).build().close();
  }

  @Test
  void aLoadBalancerThatFailsFailsItsCallAndNothingElse() {
    AtomicReference<LoadBalancer> mistake = new AtomicReference<>();
    AtomicReference<PeerView> foreign = new AtomicReference<>();
    LoadBalancer first = pick -> pick.candidates().get(0);
    mistake.set(first);
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh =
            client(server).loadBalancer(pick -> mistake.get().pick(pick)).build()) {
      mesh.call(READ, "", DEFAULT);
      foreign.set(mesh.peers().get(0));
      List<LoadBalancer> mistakes = List.of(
          pick -> {
            throw new IllegalStateException("balancer's mistake");
          },
          pick -> null,
          pick -> foreign.get(),
          pick -> {
            pick.candidates().clear();
            return null;
          },
          pick -> mesh.peers().get(0));
      AtomicInteger failed = new AtomicInteger();
      for (LoadBalancer wrong : mistakes) {
        mistake.set(wrong);
        RpcException failure = failureOf(() -> mesh.call(READ, "", DEFAULT));
        assertThat(failure.code()).isEqualTo(Code.INTERNAL);
        assertThat(failure.execution()).isEqualTo(Execution.NOT_SENT);
        assertThat(failure.getMessage()).contains("the load balancer");
        assertThat(failure.getCause()).isNotNull();
        failed.incrementAndGet();
        mistake.set(first);
        assertThat(mesh.call(READ, "alive", DEFAULT)).isEqualTo("alive");
      }
      assertThat(failed).hasValue(mistakes.size());
    }
  }
}
