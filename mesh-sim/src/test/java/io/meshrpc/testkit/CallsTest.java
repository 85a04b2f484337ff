package io.meshrpc.testkit;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallContext;
import io.meshrpc.api.CallInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.OpenCall;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RpcException;
import io.meshrpc.policy.RoundRobin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls and handlers are what they are in production. */
class CallsTest {
  @RegisterExtension
  final MeshExtension mesh = MeshExtension.create();

  private final List<String> log = new ArrayList<>();

  @Test
  void anAsynchronousHandlerAnswersWhenItsFutureIsComplete() {
    mesh.server("a", Shop.async(request -> mesh.sleep(ofMillis(70)).thenApply(any -> request)));
    TestClient c = mesh.client("c");
    mesh.advance(ofSeconds(1));

    assertThat(Shop.buy(c, "tea")).isEqualTo("tea");

    assertThat(mesh.now()).isBetween(ofMillis(1070), ofMillis(1073));
  }

  @Test
  void aCallbackHearsTheReplyWhenItComes() {
    mesh.server("a", Shop.async(request -> mesh.sleep(ofMillis(70)).thenApply(any -> request)));
    TestClient c = mesh.client("c");
    mesh.advance(ofSeconds(1));

    c.callAsync(Shop.BUY, "tea", CallOptions.DEFAULT, (reply, failure) -> log.add(reply));
    mesh.advance(ofMillis(60));
    assertThat(log).isEmpty();
    mesh.advance(ofMillis(60));

    assertThat(log).containsExactly("tea");
  }

  @Test
  void aCallbackHearsThatItsCallWasCancelled() {
    mesh.server("a", Shop.async(request -> mesh.sleep(ofMillis(70)).thenApply(any -> request)));
    TestClient c = mesh.client("c");
    mesh.advance(ofSeconds(1));

    OpenCall call = c.callAsync(
        Shop.BUY, "tea", CallOptions.DEFAULT, (reply, failure) -> log.add(failure.code() + ""));
    mesh.advance(ofMillis(60));
    call.cancel();
    mesh.advance(ofMillis(60));

    assertThat(log).containsExactly("CANCELLED");
  }

  @Test
  void aHandlersExceptionIsHiddenFromTheCaller() {
    mesh.server("a", Shop.of(request -> {
      throw new IllegalArgumentException("secret");
    }));

    RpcException failure =
        catchThrowableOfType(RpcException.class, () -> Shop.buy(mesh.client("c"), "tea"));

    assertThat(failure.code()).isEqualTo(Code.UNKNOWN);
    assertThat(failure.execution()).isEqualTo(Execution.EXECUTED);
    assertThat(failure.getMessage()).contains("correlation id 1").doesNotContain("secret");
  }

  @Test
  void aHandlerKnowsItsCall() {
    mesh.server("a", Shop.of(request -> {
      CallContext context = CallContext.current().orElseThrow();
      log.add(context.caller().name() + " calls " + context.method().name() + " with "
          + context.metadata().text("token").orElse("nothing"));
      log.add(context.timeLeft().toMillis() + " ms left");
      context.replyMetadata(Metadata.EMPTY.with("served-by", "a"));
      return request;
    }));
    TestClient c = mesh.client("c");
    mesh.advance(ofSeconds(1));

    c.call(
        Shop.BUY,
        "tea",
        CallOptions.DEFAULT
            .withDeadline(ofMillis(500))
            .withMetadata(Metadata.EMPTY.with("token", "t1"))
            .withReplyMetadata(
                metadata -> log.add("from " + metadata.text("served-by").orElse("?"))));

    assertThat(log).containsExactly("c calls Buy with t1", "500 ms left", "from a");
    assertThat(CallContext.current()).isEmpty();
  }

  @Test
  void aHandlerHearsThatItsCallerHasGone() {
    mesh.server("a", Shop.async(request -> {
      CallContext.current()
          .orElseThrow()
          .onCancel(() -> log.add("at " + mesh.now().toMillis()));
      return new CompletableFuture<>();
    }));
    TestClient c = mesh.client("c");
    mesh.advance(ofSeconds(1));

    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofMillis(100));
    reply.cancel(false);
    mesh.advance(ofMillis(100));

    assertThat(log).containsExactly("at 1100");
  }

  @Test
  void aHandlerHearsThatItHasOutlastedTheGrace() {
    TestServer a =
        mesh.server("a", settings -> settings.drainGrace(ofMillis(200)), Shop.async(request -> {
          CallContext context = CallContext.current().orElseThrow();
          context.onCancel(() -> log.add("cancelled: " + context.isCancelled()));
          return new CompletableFuture<>();
        }));
    CompletableFuture<String> reply = Shop.buyAsync(mesh.client("c"), "tea");
    mesh.advance(ofMillis(100));

    a.drain();
    mesh.advance(ofSeconds(1));

    assertThat(a.isRunning()).isFalse();
    assertThat(log).containsExactly("cancelled: true");
    assertThat(FaultsTest.failure(reply).execution()).isEqualTo(Execution.UNKNOWN);
  }

  @Test
  void interceptorsStandAroundCallsAttemptsAndHandlers() {
    TestServer a = mesh.server(
        "a",
        settings -> settings.intercept((context, request, next) -> {
          log.add("server: " + request);
          return next.handle(request + "!");
        }),
        Shop.echo());
    TestClient c = mesh.client(
        "c", settings -> settings.intercept(new Named("call")).interceptAttempts(new Attempts()));

    assertThat(Shop.buy(c, "tea")).isEqualTo("tea!");

    assertThat(log).containsExactly("call: tea", "attempt 1 at " + a.endpoint(), "server: tea");
  }

  private final class Named implements CallInterceptor {
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    public <Q, R> CompletionStage<R> intercept(
        MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
      log.add(name + ": " + request);
      return next.call(method, request, options);
    }
  }

  private final class Attempts implements AttemptInterceptor {
    @Override
    public Metadata onSend(
        MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
      log.add("attempt " + attempt + " at " + endpoint);
      return metadata;
    }
  }

  @Test
  void aBlockingCallWhoseInterceptorDoesNotAnswerFailsAtItsDeadline() {
    TestServer a = mesh.server("a", Shop.echo());
    TestClient c = mesh.client("c", settings -> settings.intercept(new Silent()));

    RpcException failure = catchThrowableOfType(RpcException.class, () -> Shop.buy(c, "tea"));

    assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(failure.execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(mesh.now()).isBetween(ofSeconds(10), ofMillis(10_200));
    assertThat(a.executions()).isEmpty();
  }

  private static final class Silent implements CallInterceptor {
    @Override
    public <Q, R> CompletionStage<R> intercept(
        MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
      return new CompletableFuture<>();
    }
  }

  @Test
  void aRetryPolicyIsObeyed() {
    TestServer a = mesh.server("a", Shop.of(request -> {
      throw new RpcException(Code.ABORTED, "conflict");
    }));
    RetryPolicy policy =
        RetryPolicy.DEFAULT.withMaxAttempts(4).withRetryableCodes(Set.of(Code.ABORTED));
    TestClient c = mesh.client("c", settings -> settings.retry(Shop.LOOK, policy));

    RpcException look = catchThrowableOfType(RpcException.class, () -> Shop.look(c, "tea"));
    RpcException buy = catchThrowableOfType(RpcException.class, () -> Shop.buy(c, "tea"));

    assertThat(look.attempts()).hasSize(4);
    assertThat(buy.attempts()).hasSize(1);
    assertThat(a.executions()).hasSize(5);
  }

  @Test
  void aHedgedCallIsAnsweredByTheServerThatIsNotSlow() {
    TestServer a = mesh.server("a", Shop.echo());
    TestServer b = mesh.server("b", Shop.echo());
    HedgePolicy policy = HedgePolicy.after(ofMillis(20)).withExtraLoad(1);
    TestClient c = mesh.client(
        "c", settings -> settings.hedge(Shop.LOOK, policy).loadBalancer(RoundRobin::new));
    for (int i = 0; i < 20; i++) {
      Shop.look(c, "tea");
    }
    a.takes(ofSeconds(5));
    Duration before = mesh.now();

    Shop.look(c, "rice");
    Shop.look(c, "rice");

    assertThat(mesh.now().minus(before)).isBetween(ofMillis(20), ofMillis(50));
    assertThat(a.requests(Shop.LOOK)).contains("rice");
    assertThat(b.requests(Shop.LOOK)).contains("rice");
  }

  @Test
  void onlyWhatMayRunTwiceIsHedged() {
    assertThatThrownBy(() -> mesh.client("c", settings -> settings.hedge(Shop.BUY, HedgePolicy.ON)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "hedge: test.Shop/Buy (expected: an idempotent method, or Repeat.AT_LEAST_ONCE)");
  }

  @Test
  void workersAndTheQueueAreBounded() {
    TestServer a = mesh.server("a", settings -> settings.workers(1).queueCountMax(1), Shop.echo());
    a.takes(ofMillis(100));
    TestClient c = mesh.client("c", settings -> settings.retry(RetryPolicy.NEVER));
    mesh.advance(ofSeconds(1));

    CompletableFuture<String> first = Shop.buyAsync(c, "1");
    mesh.advance(ofMillis(10));
    CompletableFuture<String> second = Shop.buyAsync(c, "2");
    CompletableFuture<String> third = Shop.buyAsync(c, "3");
    mesh.advance(ofMillis(20));
    assertThat(a.load().running()).isEqualTo(1);
    assertThat(a.load().queued()).isEqualTo(1);
    mesh.advance(ofSeconds(1));

    assertThat(first).isCompletedWithValue("1");
    assertThat(second).isCompletedWithValue("2");
    assertThat(FaultsTest.failure(third).code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(FaultsTest.failure(third).execution()).isEqualTo(Execution.NOT_EXECUTED);
  }

  @Test
  void aClientOfSomeServersCallsThoseOnly() {
    TestServer a = mesh.server("a", Shop.echo());
    TestServer b = mesh.server("b", Shop.echo());
    TestClient c = mesh.client("c", settings -> settings.connect(b));
    mesh.server("late", Shop.echo());

    for (int i = 0; i < 10; i++) {
      Shop.buy(c, "tea");
    }
    assertThat(c.peers()).hasSize(1);
    assertThat(b.executions()).hasSize(10);

    c.disconnect(b);
    c.connect(a);
    Shop.buy(c, "tea");
    assertThat(a.executions()).hasSize(1);
  }

  @Test
  void aServerThatIsAddedLaterIsCalledToo() {
    TestClient c = mesh.client("c");
    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofSeconds(2));
    assertThat(reply).isNotDone();

    mesh.server("late", Shop.echo());
    mesh.advance(ofMillis(10));

    assertThat(reply).isCompletedWithValue("tea");
  }

  @Test
  void aListenerHearsMovesInTheLivenessTable() {
    TestServer a = mesh.server("a", Shop.echo());
    List<PeerState> states = new ArrayList<>();
    mesh.client(
        "c",
        settings -> settings.listener(new MeshListener() {
          @Override
          public void onTransition(Transition move) {
            assertThat(move.endpoint()).isEqualTo(a.endpoint());
            states.add(move.to());
          }
        }));

    mesh.advance(ofSeconds(1));
    a.drain();
    mesh.advance(ofSeconds(1));

    assertThat(states).startsWith(PeerState.WARMING, PeerState.DRAINING);
  }

  @Test
  void callsOfAClosedClientAreCancelled() {
    TestServer a = mesh.server("a", Shop.echo()).takes(ofSeconds(1));
    TestClient c = mesh.client("c");
    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofMillis(100));

    c.close();
    c.close();
    mesh.advance(ofMillis(100));

    assertThat(FaultsTest.failure(reply).code()).isEqualTo(Code.CANCELLED);
    assertThat(FaultsTest.failure(reply).execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(
            catchThrowableOfType(RpcException.class, () -> Shop.buy(c, "tea")).execution())
        .isEqualTo(Execution.NOT_SENT);
    assertThat(a.executions()).hasSize(1);
    assertThat(c.isRunning()).isFalse();
  }

  @Test
  void theCallsOfAClientThatDiesNeverEnd() {
    mesh.server("a", Shop.echo()).takes(ofSeconds(1));
    TestClient c = mesh.client("c");
    CompletableFuture<String> reply = Shop.buyAsync(c, "tea");
    mesh.advance(ofMillis(100));
    c.crash();
    mesh.advance(ofSeconds(20));
    assertThat(reply).isNotDone();

    c.start();
    assertThat(Shop.buy(c, "rice")).isEqualTo("rice");
    mesh.after(ofMillis(100), c::crash);
    assertThatThrownBy(() -> Shop.buy(c, "milk"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("never ends, for the client's process is gone");
  }

  @Test
  void aBlockingCallOnALoopIsRefused() {
    mesh.server("a", Shop.echo());
    TestClient other = mesh.client("other");
    TestClient c = mesh.client(
        "c",
        settings -> settings.interceptAttempts(new AttemptInterceptor() {
          @Override
          public Metadata onSend(
              MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
            Shop.look(other, "tea");
            return metadata;
          }
        }));

    RpcException failure = catchThrowableOfType(RpcException.class, () -> Shop.buy(c, "tea"));

    assertThat(failure.code()).isEqualTo(Code.INTERNAL);
    assertThat(failure.getMessage()).contains("call on a node's loop");
  }

  @Test
  void latencyIsThatOfEachFrame() {
    mesh.latency(ofMillis(40));
    mesh.server("a", Shop.echo());
    TestClient c = mesh.client("c");
    mesh.advance(ofSeconds(1));
    Duration before = mesh.now();

    Shop.buy(c, "tea");

    assertThat(mesh.now().minus(before)).isGreaterThan(ofMillis(80)).isLessThan(ofMillis(200));
  }
}
