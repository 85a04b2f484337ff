package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.PAY;
import static io.meshrpc.core.ClientBench.READ;
import static io.meshrpc.core.ClientBench.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RetryPolicy.Repeat;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of retries in docs/guide/calls.md, cell by cell, and what bounds them. */
class RetryTest {
  private final ClientBench bench = new ClientBench();
  private final FakeServer a = bench.up("tcp://a:1");

  @ParameterizedTest
  @CsvSource({"READ, BY_CONTRACT", "PAY, BY_CONTRACT", "PAY, AT_LEAST_ONCE", "PAY, NEVER"})
  void whatDidNotRunGoesElsewhereAtOnceWhateverItsContract(String method, Repeat repeat) {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(method(method), RETRY.withRepeat(repeat));
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 0);

    assertThat(b.requests()).hasSize(1);
    assertThat(b.lastRequest().attempt()).isEqualTo(2);
    assertThat(b.lastRequest().repeat()).isFalse();
    b.ok(b.lastRequest());
    assertThat(call.response()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "READ, BY_CONTRACT, true",
    "PAY, BY_CONTRACT, false",
    "PAY, AT_LEAST_ONCE, true",
    "READ, NEVER, false"
  })
  void whatMayHaveRunGoesElsewhereOnlyIfTwiceIsAllowed(String method, Repeat repeat, boolean goes) {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(method(method), RETRY.withRepeat(repeat));
    assertThat(a.lastRequest().idempotent()).isEqualTo(goes);
    a.answer(a.lastRequest(), Execution.UNKNOWN, Code.UNAVAILABLE, Reason.EXPIRED_RUNNING, 0);
    bench.advanceMs(50);

    assertThat(b.requests()).hasSize(goes ? 1 : 0);
    assertThat(call.isDone()).isEqualTo(!goes);
    if (!goes) {
      assertThat(call.failure().execution()).isEqualTo(Execution.UNKNOWN);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "READ, BY_CONTRACT, true, true",
    "READ, BY_CONTRACT, false, false",
    "PAY, BY_CONTRACT, true, false",
    "PAY, AT_LEAST_ONCE, true, true",
    "READ, NEVER, true, false"
  })
  void anErrorOfTheHandlerIsTriedAgainOnlyIfPolicyAndContractAllow(
      String method, Repeat repeat, boolean named, boolean tried) {
    FakeServer b = bench.up("tcp://b:1");
    Set<Code> codes = named ? Set.of(Code.ABORTED) : Set.of();
    ClientCall call =
        bench.call(method(method), RETRY.withRepeat(repeat).withRetryableCodes(codes));
    a.fail(a.lastRequest(), Code.ABORTED);
    bench.advanceMs(50);

    assertThat(b.requests()).hasSize(tried ? 1 : 0);
    if (!tried) {
      assertThat(call.failure().execution()).isEqualTo(Execution.EXECUTED);
      assertThat(call.failure().code()).isEqualTo(Code.ABORTED);
      assertThat(call.failure().status().text()).isEqualTo("because");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "READ, BY_CONTRACT, true, false",
    "PAY, BY_CONTRACT, false, false",
    "PAY, AT_LEAST_ONCE, true, false",
    "PAY, NEVER, false, true"
  })
  void aLostConnectionMovesWaitsOrFails(
      String method, Repeat repeat, boolean moves, boolean fails) {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(method(method), RETRY.withRepeat(repeat));
    a.lose();

    assertThat(b.requests()).hasSize(moves ? 1 : 0);
    assertThat(call.isDone()).isEqualTo(fails);
    if (fails) {
      assertThat(call.failure().execution()).isEqualTo(Execution.UNKNOWN);
    }
  }

  @Test
  void theSameProcessIsAskedAgainAndToldSo() {
    ClientCall call = bench.call(PAY);
    a.lose();
    bench.advanceMs(100);
    a.accept();

    assertThat(a.requests()).hasSize(2);
    assertThat(a.lastRequest().repeat()).isTrue();
    assertThat(a.lastRequest().attempt()).isEqualTo(2);
    assertThat(a.lastRequest().seq()).isEqualTo(a.requests().get(0).seq());
    a.ok(a.lastRequest());
    assertThat(call.response()).isNotNull();
  }

  @Test
  void aServerThatForgotWhetherItRanTheCallEndsItUnknown() {
    bench.up("tcp://b:1");
    ClientCall call = bench.call(PAY);
    a.lose();
    a.accept();
    a.answer(a.lastRequest(), Execution.UNKNOWN, Code.UNAVAILABLE, Reason.FORGOTTEN, 0);

    assertThat(call.failure().execution()).isEqualTo(Execution.UNKNOWN);
  }

  @Test
  void anIdempotentCallThatComesBackToAServerIsARepeatThere() {
    FakeServer b = bench.up("tcp://b:1");
    bench.call(READ);
    a.lose();
    b.turnAway(b.lastRequest(), Reason.QUEUE_FULL, Response.NEVER);
    a.accept();
    bench.advanceMs(50);

    assertThat(a.requests()).hasSize(2);
    assertThat(a.lastRequest().repeat()).as("it may have run here").isTrue();
  }

  @Test
  void anotherProcessInThePlaceOfAServerIsNotTheSameServer() {
    bench.call(READ);
    a.restart().accept();

    assertThat(a.requests()).hasSize(2);
    assertThat(a.lastRequest().repeat()).isFalse();
  }

  @Test
  void noMoreThanMaxAttemptsAreAnswered() {
    FakeServer b = bench.up("tcp://b:1");
    FakeServer c = bench.up("tcp://c:1");
    FakeServer d = bench.up("tcp://d:1");
    ClientCall call = bench.call(PAY);
    for (int i = 0; i < 3; i++) {
      bench.advanceMs(200);
      List.of(a, b, c, d).forEach(this::turnAwayLast);
    }

    assertThat(call.failure().code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_EXECUTED);
    assertThat(call.failure().attempts()).hasSize(3);
    assertThat(call.failure().attempts().stream().map(t -> t.endpoint()).distinct())
        .as("servers that were tried come last")
        .hasSize(3);
  }

  @Test
  void neverMeansOneAttempt() {
    bench.up("tcp://b:1");
    ClientCall call = bench.call(PAY, RetryPolicy.NEVER);
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 0);

    assertThat(call.failure().attempts()).hasSize(1);
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_EXECUTED);
  }

  @Test
  void whatIsHandedBackDoesNotCount() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(PAY, RetryPolicy.NEVER);
    a.turnAway(a.lastRequest(), Reason.DRAINING, 0);
    b.ok(b.lastRequest());

    assertThat(call.response()).isNotNull();
  }

  @Test
  void aServerThatHandsBackAgainAndAgainIsNotAskedWithoutPause() {
    bench.call(PAY);
    a.turnAway(a.lastRequest(), Reason.DRAINING, 0);
    assertThat(a.requests()).hasSize(2);
    a.turnAway(a.lastRequest(), Reason.DRAINING, 0);

    assertThat(a.requests()).hasSize(2);
    bench.advanceMs(31);
    assertThat(a.requests()).hasSize(3);
  }

  @Test
  void theFirstMoveNeedsNoBudgetAndLaterOnesWaitForIt() {
    for (int i = 0; i < 10; i++) {
      spendOneRetry();
    }
    FakeServer b = bench.up("tcp://b:1");
    FakeServer c = bench.up("tcp://c:1");
    ClientCall call = bench.call(READ);
    FakeServer first = a.requests().isEmpty() || a.lastRequest().seq() != call.seq ? b : a;
    first.lose();
    FakeServer second = c.requests().isEmpty() ? (first == a ? b : a) : c;
    assertThat(second.lastRequest().seq()).as("moved for free").isEqualTo(call.seq);
    second.lose();
    int sent = call.nextNumber() - 1;

    assertThat(call.isDone()).as("it waits, and does not fail").isFalse();
    bench.advanceMs(5);
    assertThat(call.nextNumber() - 1).isEqualTo(sent);
    bench.advanceMs(3000);
    assertThat(call.nextNumber() - 1).isEqualTo(sent + 1);
  }

  @Test
  void withAnEmptyBudgetARetryFailsAndSaysSo() {
    for (int i = 0; i < 10; i++) {
      spendOneRetry();
    }
    ClientCall call = bench.call(READ);
    a.answer(a.lastRequest(), Execution.UNKNOWN, Code.UNAVAILABLE, Reason.EXPIRED_RUNNING, 0);

    assertThat(call.failure().status().text())
        .isEqualTo("because (not tried again: the retry budget is empty)");
  }

  @Test
  void pausesAreWithinTheirBounds() {
    RetryPolicy slow = RETRY.withBackoff(Duration.ofMillis(100), Duration.ofMillis(400));
    bench.call(READ, slow);
    a.answer(a.lastRequest(), Execution.UNKNOWN, Code.UNAVAILABLE, Reason.EXPIRED_RUNNING, 0);
    bench.advanceMs(99);
    assertThat(a.requests()).hasSize(1);
    bench.advanceMs(202);
    assertThat(a.requests()).hasSize(2);
  }

  @Test
  void pushbackIsObeyedToTheMillisecond() {
    bench.call(PAY);
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 700);

    bench.advanceMs(699);
    assertThat(a.requests()).hasSize(1);
    bench.advanceMs(1);
    assertThat(a.requests()).hasSize(2);
  }

  @Test
  void pushbackForbidsItsServerOnlyAndIsNotForgottenOnTheWay() {
    FakeServer b = bench.up("tcp://b:1");
    bench.call(PAY, RETRY.withMaxAttempts(9));
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 700);
    assertThat(b.requests()).as("at once").hasSize(1);
    b.turnAway(b.lastRequest(), Reason.QUEUE_FULL, 0);
    bench.advanceMs(500);
    assertThat(b.requests()).hasSize(2);
    assertThat(a.requests()).hasSize(1);

    bench.engine.disconnect(b.endpoint, bench.now);
    bench.call(PAY);
    assertThat(a.requests()).as("other calls may go there").hasSize(2);
  }

  @Test
  void neverAgainForbidsItsServerForGoodAndNoOther() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(PAY, RETRY.withMaxAttempts(9));
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, Response.NEVER);
    assertThat(b.requests()).hasSize(1);
    b.turnAway(b.lastRequest(), Reason.QUEUE_FULL, Response.NEVER);

    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_EXECUTED);
    assertThat(call.failure().code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(a.requests()).hasSize(1);
  }

  @Test
  void anotherProcessDoesNotInheritTheWishToBeLeftAlone() {
    FakeServer b = bench.up("tcp://b:1");
    bench.call(PAY, RETRY.withMaxAttempts(9));
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, Response.NEVER);
    b.turnAway(b.lastRequest(), Reason.QUEUE_FULL, 5_000);
    bench.advanceMs(50);
    a.restart().accept();

    assertThat(a.requests()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"TOO_LARGE", "MALFORMED_REQUEST"})
  void aRequestThatIsWrongIsNotTriedElsewhere(Reason reason) {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(READ);
    a.turnAway(a.lastRequest(), reason, 0);

    assertThat(b.requests()).isEmpty();
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_EXECUTED);
  }

  @Test
  void everyAttemptCarriesTheTail() {
    FakeServer b = bench.up("tcp://b:1");
    byte[] tail = {3};
    ClientCall call = new ClientCall(
            READ, new byte[] {1, 2}, CallOptions.DEFAULT, RETRY, 10_000_000_000L, "ticket")
        .withTail(tail);
    bench.engine.start(call, bench.now);
    FakeServer first = a.requests().isEmpty() ? b : a;
    FakeServer second = first == a ? b : a;
    assertThat(first.lastRequest().payload()).containsExactly(1, 2, 3);
    first.turnAway(first.lastRequest(), Reason.DRAINING, 0);
    bench.advanceMs(50);

    assertThat(second.lastRequest().payload()).containsExactly(1, 2, 3);
    assertThat(second.lastRequest().tail()).isSameAs(tail);
  }

  @Test
  void theTailCountsWhereRequestsAreLimited() {
    ClientCall call = new ClientCall(
            READ, new byte[400], CallOptions.DEFAULT, RETRY, 10_000_000_000L, "ticket")
        .withTail(new byte[101]);
    bench.engine.start(call, bench.now);

    assertThat(a.requests()).isEmpty();
    assertThat(call.failure().getMessage()).contains("request: 501 bytes (expected: <= 500");
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_SENT);
  }

  @Test
  void staleSessionMeansHelloAndTheSameCallUnderTheNextSession() {
    ClientCall call = bench.call(PAY);
    a.got.clear();
    a.answer(staleRequest(), Execution.NOT_EXECUTED, Code.UNAVAILABLE, Reason.STALE_SESSION, 0);

    assertThat(a.all(Hello.class)).as("at once").hasSize(1);
    assertThat(a.requests()).as("nothing under a dead session").isEmpty();
    a.welcome(Duration.ofHours(1), false);
    assertThat(a.requests()).hasSize(1);
    assertThat(a.lastRequest().repeat()).as("that copy did not run").isFalse();
    a.ok(a.lastRequest());
    assertThat(call.response()).isNotNull();
  }

  @Test
  void aSessionThatIsLostAgainAndAgainIsNotRenewedWithoutPause() {
    bench.call(PAY);
    bench.advanceMs(600);
    a.got.clear();
    for (int i = 0; i < 5; i++) {
      a.refuse(Refusal.Reason.UNKNOWN_SESSION, 0);
      a.welcome(Duration.ofHours(1), false);
    }
    assertThat(a.all(Hello.class)).hasSize(1);
    a.refuse(Refusal.Reason.UNKNOWN_SESSION, 0);
    bench.advanceMs(1100);

    assertThat(a.all(Hello.class).size()).isBetween(2, 4);
  }

  @Test
  void aStaleAnswerOfAnEarlierSessionDoesNotEndThisOne() {
    bench.call(PAY);
    Request early = a.lastRequest();
    a.lose();
    a.accept();
    a.got.clear();
    a.answer(early, Execution.NOT_EXECUTED, Code.UNAVAILABLE, Reason.STALE_SESSION, 0);

    assertThat(a.all(Hello.class)).isEmpty();
    assertThat(bench.state(a)).isEqualTo(PeerState.WARMING);
  }

  @Test
  void attemptPatienceTakesBackOnlyWhereAnotherServerIs() {
    RetryPolicy impatient = RETRY.withAttemptPatience(Duration.ofMillis(20));
    bench.call(PAY, impatient);
    bench.advanceMs(100);
    assertThat(a.cancels()).as("there is no better place").isEmpty();

    FakeServer b = bench.up("tcp://b:1");
    bench.advanceMs(21);
    assertThat(a.cancels()).hasSize(1);
    assertThat(a.cancels().get(0).onlyIfQueued()).isTrue();
    assertThat(b.requests()).as("only after a definite answer").isEmpty();
    a.cancelled(a.lastRequest(), io.meshrpc.wire.Cancelled.Stage.NOT_STARTED);
    assertThat(b.requests()).hasSize(1);
  }

  private Request staleRequest() {
    return new Request(
        1,
        2,
        1,
        1,
        io.meshrpc.api.Priority.NORMAL,
        false,
        false,
        io.meshrpc.api.Metadata.EMPTY,
        new byte[0]);
  }

  private void turnAwayLast(FakeServer server) {
    if (!server.requests().isEmpty()) {
      server.turnAway(server.lastRequest(), Reason.QUEUE_FULL, 0);
    }
  }

  /** A call that is tried again and then given up, at a. */
  private void spendOneRetry() {
    ClientCall call = bench.call(
        READ,
        RETRY.withMaxAttempts(2),
        CallOptions.DEFAULT.withServer(a.endpoint),
        Duration.ofSeconds(1));
    a.answer(a.lastRequest(), Execution.UNKNOWN, Code.UNAVAILABLE, Reason.EXPIRED_RUNNING, 0);
    bench.engine.cancel(call, bench.now);
  }

  private static MethodDescriptor<?, ?> method(String name) {
    return name.equals("READ") ? READ : PAY;
  }
}
