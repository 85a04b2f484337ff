package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.PAY;
import static io.meshrpc.core.ClientBench.READ;
import static io.meshrpc.core.ClientBench.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.RpcException;
import io.meshrpc.wire.Cancelled.Stage;
import io.meshrpc.wire.Reason;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a failure says of the work: what is known, and never a guess. */
class ExecutionTest {
  private final ClientBench bench = new ClientBench();
  private final FakeServer a = bench.up("tcp://a:1");

  @Test
  void theTrailTellsWhereWhenAndHowEachAttemptEnded() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(PAY);
    bench.advanceMs(10);
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 0);
    bench.advanceMs(5);
    b.fail(b.lastRequest(), Code.NOT_FOUND);

    RpcException failure = call.failure();
    assertThat(failure.code()).isEqualTo(Code.NOT_FOUND);
    assertThat(failure.execution()).isEqualTo(Execution.EXECUTED);
    assertThat(failure.candidates()).isEmpty();
    assertThat(failure.attempts()).hasSize(2);
    AttemptTrace first = failure.attempts().get(0);
    assertThat(first.number()).isEqualTo(1);
    assertThat(first.endpoint()).isEqualTo("tcp://a:1");
    assertThat(first.incarnation()).isEqualTo(bench.view(a).incarnation());
    assertThat(first.execution()).isEqualTo(Execution.NOT_EXECUTED);
    assertThat(first.end().code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(first.startedAfter()).isZero();
    assertThat(first.took()).isEqualTo(Duration.ofMillis(10));
    AttemptTrace second = failure.attempts().get(1);
    assertThat(second.number()).isEqualTo(2);
    assertThat(second.startedAfter()).isEqualTo(Duration.ofMillis(10));
    assertThat(second.took()).isEqualTo(Duration.ofMillis(5));
    assertThat(second.execution()).isEqualTo(Execution.EXECUTED);
  }

  @Test
  void aRefusalAfterAnAttemptThatMayHaveRunIsUnknown() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(READ, RETRY.withMaxAttempts(2));
    a.answer(a.lastRequest(), Execution.UNKNOWN, Code.UNAVAILABLE, Reason.EXPIRED_RUNNING, 0);
    bench.advanceMs(50);
    b.turnAway(b.lastRequest(), Reason.TOO_LARGE, 0);

    assertThat(call.failure().execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(call.failure().attempts().get(1).execution()).isEqualTo(Execution.NOT_EXECUTED);
  }

  @Test
  void aRefusalAfterALostServerIsUnknown() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(READ);
    a.lose();
    b.turnAway(b.lastRequest(), Reason.TOO_LARGE, 0);

    assertThat(call.failure().execution()).isEqualTo(Execution.UNKNOWN);
  }

  @Test
  void aRefusalOfARepeatSaysItForTheEarlierAttemptToo() {
    ClientCall call = bench.call(PAY);
    a.lose();
    a.accept();
    a.turnAway(a.lastRequest(), Reason.TOO_LARGE, 0);

    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_EXECUTED);
  }

  @Test
  void anErrorAfterAnErrorThatWasTriedAgainIsTheHandlersAnswer() {
    ClientCall call = bench.call(
        READ, RETRY.withMaxAttempts(2).withRetryableCodes(java.util.Set.of(Code.ABORTED)));
    a.fail(a.lastRequest(), Code.ABORTED);
    bench.advanceMs(50);
    a.fail(a.lastRequest(), Code.ABORTED);

    assertThat(call.failure().execution()).isEqualTo(Execution.EXECUTED);
    assertThat(call.failure().status().text()).isEqualTo("because");
  }

  @Test
  void whatWasTakenBackAndThenFindsNoServerDidNotRun() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(PAY, RETRY, CallOptions.DEFAULT, Duration.ofSeconds(3));
    a.frozen = true;
    bench.advanceMs(900);
    b.lose();
    bench.engine.disconnect(b.endpoint, bench.now);
    a.cancelled(a.lastRequest(), Stage.NOT_STARTED);
    a.turnAway(a.lastRequest(), Reason.DRAINING, 0);
    a.goaway();
    bench.advanceMs(3000);

    assertThat(call.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_EXECUTED);
    assertThat(call.failure().candidates()).hasSize(1);
  }

  @Test
  void theDeadlineSaysWhatIsKnownSoFar() {
    ClientCall sent = bench.call(READ, RETRY, CallOptions.DEFAULT, Duration.ofMillis(20));
    CallOptions nowhere = CallOptions.DEFAULT.withServer("tcp://nowhere:1");
    ClientCall waits = bench.call(READ, RETRY, nowhere, Duration.ofMillis(20));
    bench.advanceMs(20);

    assertThat(sent.failure().execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(sent.failure().status().text()).isEqualTo("the deadline of 20 ms passed");
    assertThat(sent.failure().candidates()).isEmpty();
    assertThat(sent.failure().attempts())
        .singleElement()
        .satisfies(t -> assertThat(t.end().text()).isEqualTo("no answer"));
    assertThat(waits.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(waits.failure().status().text())
        .isEqualTo("the deadline of 20 ms passed before a server could be had");
    assertThat(waits.failure().candidates()).hasSize(2);
  }

  @Test
  void aCancelledCallThatWasRefusedBeforeDidNotRun() {
    ClientCall call = bench.call(PAY);
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 1000);
    bench.engine.cancel(call, bench.now);

    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_EXECUTED);
    assertThat(a.cancels()).isEmpty();
  }

  @Test
  void aReplyThatIsTooLargeWasExecuted() {
    bench.up("tcp://b:1");
    ClientCall call = bench.call(READ);
    a.answer(a.lastRequest(), Execution.EXECUTED, Code.RESOURCE_EXHAUSTED, Reason.TOO_LARGE, 0);

    assertThat(call.failure().code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(call.failure().execution()).isEqualTo(Execution.EXECUTED);
  }
}
