package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.PAY;
import static io.meshrpc.core.ClientBench.READ;
import static io.meshrpc.core.ClientBench.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.wire.Cancelled.Stage;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each call ends once: by the right answer, at its deadline, when cancelled, or at the close. */
class AnswersTest {
  private final ClientBench bench = new ClientBench();
  private final FakeServer a = bench.up("tcp://a:1");

  @Test
  void anAnswerThatComesTwiceCompletesOnce() {
    ClientCall call = bench.call(PAY);
    a.ok(a.lastRequest());
    a.ok(a.lastRequest());
    a.fail(a.lastRequest(), Code.INTERNAL);
    a.cancelled(a.lastRequest(), Stage.NOT_STARTED);

    assertThat(bench.completed).containsExactly(call);
    assertThat(call.response()).isNotNull();
    assertThat(a.requests()).hasSize(1);
  }

  @Test
  void anAnswerFromAnotherServerIsDropped() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(PAY);
    b.ok(a.lastRequest());
    b.cancelled(a.lastRequest(), Stage.NOT_STARTED);

    assertThat(call.isDone()).isFalse();
    assertThat(b.requests()).isEmpty();
  }

  @Test
  void anAnswerToACallOrAttemptThatNeverWasIsDropped() {
    ClientCall call = bench.call(PAY);
    Request request = a.lastRequest();
    a.ok(like(request, request.seq() + 1, 1));
    a.ok(like(request, request.seq(), 2));
    a.ok(like(request, request.seq(), 0));

    assertThat(call.isDone()).isFalse();
  }

  @Test
  void whatAHandlerAnsweredToAnEarlierSendingIsAccepted() {
    ClientCall call = bench.call(PAY);
    Request first = a.lastRequest();
    a.lose();
    a.accept();
    assertThat(a.lastRequest().attempt()).isEqualTo(2);
    a.ok(first);

    assertThat(call.response()).isNotNull();
  }

  @Test
  void anythingLessAboutAnEarlierSendingIsDropped() {
    ClientCall call = bench.call(PAY);
    Request first = a.lastRequest();
    a.lose();
    a.accept();
    a.turnAway(first, Reason.QUEUE_FULL, 0);
    a.answer(first, Execution.UNKNOWN, Code.UNAVAILABLE, Reason.EXPIRED_RUNNING, 0);

    assertThat(call.isDone()).isFalse();
    assertThat(call.hasOpenAttempt()).isTrue();
  }

  @Test
  void anAttemptThatWasGivenUpMayStillBeAnsweredByItsHandler() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(READ);
    Request first = a.lastRequest();
    a.lose();
    a.accept();
    a.ok(first);

    assertThat(call.response()).isNotNull();
    assertThat(b.cancels()).hasSize(1);
  }

  @Test
  void anAnswerAfterTheDeadlineIsDropped() {
    ClientCall call = call(Duration.ofMillis(50), CallOptions.DEFAULT);
    bench.advanceMs(50);
    assertThat(call.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    a.ok(a.lastRequest());

    assertThat(bench.completed).hasSize(1);
    assertThat(a.cancels()).as("the server is told").hasSize(1);
    assertThat(a.cancels().get(0).onlyIfQueued()).isFalse();
  }

  @Test
  void theDeadlineHoldsToTheNanosecondWhereverTheCallIs() {
    ClientCall inFlight = call(Duration.ofMillis(50), CallOptions.DEFAULT);
    ClientCall retrying = call(Duration.ofMillis(50), CallOptions.DEFAULT);
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 10_000);
    ClientCall waiting =
        call(Duration.ofMillis(50), CallOptions.DEFAULT.withServer("tcp://nowhere:1"));
    bench.advance(Duration.ofMillis(50).minusNanos(1));
    assertThat(bench.completed).isEmpty();
    bench.advance(Duration.ofNanos(1));

    assertThat(bench.completed).containsExactlyInAnyOrder(inFlight, retrying, waiting);
    assertThat(inFlight.failure().execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(retrying.failure().execution()).isEqualTo(Execution.NOT_EXECUTED);
    assertThat(waiting.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(bench.engine.inFlight()).isZero();
  }

  @Test
  void whatIsLeftOfTheDeadlineIsSentAndNothingAfterIt() {
    call(Duration.ofMillis(50), CallOptions.DEFAULT);
    assertThat(a.lastRequest().timeLeftUs()).isEqualTo(50_000);
    a.lose();
    bench.now += Duration.ofMillis(50).toNanos();
    a.accept();

    assertThat(a.requests()).as("its time is up").hasSize(1);
  }

  @Test
  void aCallWhoseTimeIsUpIsNotSentToAServerThatComesUpInTheSameTurn() {
    CallOptions options = CallOptions.DEFAULT.withServer("tcp://b:1");
    ClientCall call = call(Duration.ofMillis(50), options);
    FakeServer b = bench.connect("tcp://b:1");
    bench.now += Duration.ofMillis(50).toNanos();
    b.accept();
    bench.advanceMs(0);

    assertThat(b.requests()).isEmpty();
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_SENT);
  }

  @Test
  void aDeadlineOfAYearIsKeptToTheNanosecond() {
    long year = Duration.ofDays(365).toNanos(); // the longest that a user can ask for
    a.lose();
    ClientCall call = call(Duration.ofNanos(year), CallOptions.DEFAULT);

    bench.now += year - 1;
    bench.engine.tick(bench.now);
    assertThat(bench.completed).isEmpty();
    bench.now++;
    bench.engine.tick(bench.now);

    assertThat(call.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
  }

  @Test
  void aCallWithoutTimeIsNotSent() {
    for (long span : List.of(0L, -1L, Long.MIN_VALUE)) {
      ClientCall call = call(Duration.ofNanos(span), CallOptions.DEFAULT);
      assertThat(call.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(call.failure().execution()).isEqualTo(Execution.NOT_SENT);
    }
    assertThat(a.requests()).isEmpty();
  }

  @Test
  void aDeadlineBeyondTheEndOfTimeIsNone() {
    ClientCall call = call(Duration.ofNanos(Long.MAX_VALUE), CallOptions.DEFAULT);
    bench.advance(Duration.ofMinutes(1));

    assertThat(call.isDone()).isFalse();
    a.ok(a.lastRequest());
    assertThat(call.response()).isNotNull();
  }

  @Test
  void aCancelReachesTheServerOnce() {
    ClientCall call = bench.call(PAY);
    bench.engine.cancel(call, bench.now);
    bench.engine.cancel(call, bench.now);

    assertThat(bench.completed).hasSize(1);
    assertThat(call.failure().code()).isEqualTo(Code.CANCELLED);
    assertThat(call.failure().execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(a.cancels()).hasSize(1);
    assertThat(a.cancels().get(0).onlyIfQueued()).isFalse();
    assertThat(bench.view(a).inFlight()).isZero();
  }

  @Test
  void aCallThatWaitsIsCancelledAndNeverSent() {
    ClientCall call = call(Duration.ofSeconds(5), CallOptions.DEFAULT.withServer("tcp://b:1"));
    bench.engine.cancel(call, bench.now);
    FakeServer b = bench.up("tcp://b:1");

    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(b.requests()).isEmpty();
  }

  @Test
  void aCallThatIsCancelledBeforeItStartsIsNotSent() {
    ClientCall call =
        new ClientCall(PAY, new byte[1], CallOptions.DEFAULT, RETRY, 1_000_000_000L, "ticket");
    bench.engine.cancel(call, bench.now);
    bench.engine.start(call, bench.now);

    assertThat(bench.completed).containsExactly(call);
    assertThat(call.failure().code()).isEqualTo(Code.CANCELLED);
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(a.requests()).isEmpty();
  }

  @Test
  void closingEndsEveryCallAndTellsTheServers() {
    ClientCall inFlight = bench.call(PAY);
    ClientCall waiting = call(Duration.ofSeconds(5), CallOptions.DEFAULT.withServer("tcp://b:1"));
    bench.engine.close(bench.now);

    assertThat(bench.completed).containsExactlyInAnyOrder(inFlight, waiting);
    assertThat(inFlight.failure().code()).isEqualTo(Code.CANCELLED);
    assertThat(inFlight.failure().execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(waiting.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(a.cancels()).hasSize(1);
    assertThat(bench.connections).isEmpty();
    assertThat(bench.engine.nextTick()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aClosedClientTakesNoCallsAndNoServers() {
    bench.engine.close(bench.now);
    ClientCall late = bench.call(PAY);
    bench.engine.close(bench.now);
    bench.engine.connect("tcp://b:1", bench.now);
    bench.engine.cancel(late, bench.now);

    assertThat(late.failure().code()).isEqualTo(Code.CANCELLED);
    assertThat(late.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(bench.completed).hasSize(1);
    assertThat(bench.engine.peers(bench.now)).isEmpty();
  }

  @Test
  void ackBelowIsTheOldestOpenCall() {
    assertThat(bench.engine.ackBelow()).isEqualTo(1);
    bench.call(PAY);
    bench.call(PAY);
    bench.call(PAY);
    List<Request> requests = a.requests();
    a.ok(requests.get(1));
    assertThat(bench.engine.ackBelow()).isEqualTo(1);
    a.ok(requests.get(0));
    assertThat(bench.engine.ackBelow()).isEqualTo(3);
    a.ok(requests.get(2));
    assertThat(bench.engine.ackBelow()).isEqualTo(4);
  }

  private ClientCall call(Duration deadline, CallOptions options) {
    return bench.call(PAY, RETRY, options, deadline);
  }

  private static Request like(Request one, long seq, int attempt) {
    return new Request(
        seq, one.method(), attempt, 1, one.priority(), false, false, one.metadata(), new byte[0]);
  }
}
