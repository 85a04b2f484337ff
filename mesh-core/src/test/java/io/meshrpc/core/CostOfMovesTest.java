package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.PAY;
import static io.meshrpc.core.ClientBench.READ;
import static io.meshrpc.core.ClientBench.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.wire.Goaway;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a call that goes on takes from its policy and from the budget, and when it waits first. */
class CostOfMovesTest {
  private static final RetryPolicy SLOW =
      RETRY.withBackoff(Duration.ofSeconds(4), Duration.ofSeconds(4));

  private final ClientBench bench = new ClientBench();
  private final FakeServer a = bench.up("tcp://a:1");

  @Test
  void tenSuccessesBringOneRetry() {
    for (int i = 0; i < 10; i++) {
      assertThat(isTriedAgain()).isTrue();
    }
    succeed(9);
    assertThat(isTriedAgain()).isFalse();
    succeed(1);
    assertThat(isTriedAgain()).isTrue();
    assertThat(isTriedAgain()).isFalse();
  }

  @Test
  void theOnlyServerIsAskedAgainAfterAPause() {
    bench.call(READ);
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 0);

    assertThat(a.requests()).hasSize(1);
    bench.advanceMs(31);
    assertThat(a.requests()).hasSize(2);
  }

  @Test
  void whatIsHandedBackTwiceStillGoesToAServerThatHasNotHadItAtOnce() {
    FakeServer b = bench.up("tcp://b:1");
    FakeServer c = bench.up("tcp://c:1");
    ClientCall call = bench.call(PAY);
    a.turnAway(a.lastRequest(), Reason.DRAINING, 0);
    FakeServer second = b.requests().isEmpty() ? c : b;
    second.turnAway(second.lastRequest(), Reason.DRAINING, 0);

    assertThat(call.attemptCount()).isEqualTo(3);
    assertThat(call.nth(2).isOpen()).isTrue();
  }

  @Test
  void whatADrainingServerHandsBackDoesNotGoThereAgain() {
    // simulator, seed 71: Goaway stands behind the answers in one batch, and the call was sent once
    // more
    bench.call(PAY);
    Request request = a.lastRequest();
    Response handedBack = Answers.draining(request.seq(), request.attempt());
    a.say(a.session, null, handedBack, new Goaway("going", 1000));

    assertThat(a.requests()).hasSize(1);
    assertThat(bench.lastReason()).isEqualTo("draining: going");

    a.restart();
    a.accept();
    assertThat(a.requests()).as("with the next process").hasSize(2);
  }

  @Test
  void aMoveFromASilentServerTakesNoAttemptFromThePolicy() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(READ, RETRY.withMaxAttempts(2));
    a.frozen = true;
    bench.advanceMs(900);
    assertThat(bench.state(a)).isEqualTo(PeerState.SUSPECT);
    b.answer(b.lastRequest(), Execution.UNKNOWN, Code.UNAVAILABLE, Reason.EXPIRED_RUNNING, 0);
    bench.advanceMs(31);

    assertThat(call.attemptCount()).isEqualTo(3);
  }

  @Test
  void theEndOfAServerThatWasLeftDoesNotBeginThePauseAnew() {
    FakeServer b = bench.up("tcp://b:1");
    bench.call(READ, SLOW);
    a.frozen = true;
    bench.advanceMs(900);
    b.answer(b.lastRequest(), Execution.UNKNOWN, Code.UNAVAILABLE, Reason.EXPIRED_RUNNING, 0);
    bench.advanceMs(3999);
    assertThat(bench.state(a)).isEqualTo(PeerState.DOWN);
    assertThat(b.requests()).hasSize(1);

    bench.advanceMs(2);
    assertThat(b.requests()).hasSize(2);
  }

  @Test
  void theLateFailureOfAnAttemptThatWasGivenUpDoesNotBeginThePauseAnew() {
    FakeServer b = bench.up("tcp://b:1");
    bench.call(READ, SLOW.withRetryableCodes(Set.of(Code.ABORTED)));
    Request first = a.lastRequest();
    a.lose();
    b.fail(b.lastRequest(), Code.ABORTED);
    bench.advanceMs(2000);
    a.accept();
    a.fail(first, Code.ABORTED);
    bench.advanceMs(2001);

    assertThat(a.requests().size() + b.requests().size()).isEqualTo(3);
  }

  @Test
  void whatIsAskedForAgainIsWaitedForAsPatientlyAsAtFirst() {
    FakeServer b = bench.up("tcp://b:1");
    bench.call(PAY, RETRY.withAttemptPatience(Duration.ofMillis(100)));
    bench.advanceMs(50);
    a.lose();
    bench.advanceMs(100);
    a.accept();
    assertThat(a.requests()).hasSize(2);
    bench.advanceMs(99);
    assertThat(a.cancels()).isEmpty();

    bench.advanceMs(2);
    assertThat(a.cancels()).hasSize(1);
    assertThat(a.cancels().get(0).attempt()).isEqualTo(a.lastRequest().attempt());
    assertThat(b.requests()).isEmpty();
  }

  @Test
  void aCallThatEndsWhileItPausesHasNothingToWakeFor() {
    RetryPolicy soon = RETRY.withBackoff(Duration.ofMillis(5), Duration.ofMillis(5));
    ClientCall call = bench.call(READ, soon);
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 0);
    bench.engine.tick(bench.now);
    assertThat(bench.engine.nextTick()).isEqualTo(bench.now + 5_000_000);
    bench.engine.cancel(call, bench.now);

    assertThat(bench.engine.nextTick()).isGreaterThan(bench.now + 5_000_000);
  }

  @Test
  void patienceDoesNotTakeACallFromAServerThatIsWellForOneThatIsSilent() {
    FakeServer b = bench.up("tcp://b:1");
    b.frozen = true;
    bench.advanceMs(900);
    assertThat(bench.state(b)).isEqualTo(PeerState.SUSPECT);
    bench.call(PAY, RETRY.withAttemptPatience(Duration.ofMillis(20)));
    bench.advanceMs(100);

    assertThat(a.requests()).hasSize(1);
    assertThat(a.cancels()).isEmpty();
  }

  private void succeed(int times) {
    for (int i = 0; i < times; i++) {
      bench.call(READ);
      a.ok(a.lastRequest());
    }
  }

  /** Has a call fail in a way that costs budget, and takes it back if it waits for another try. */
  private boolean isTriedAgain() {
    ClientCall call = bench.call(READ, CallOptions.DEFAULT);
    a.answer(a.lastRequest(), Execution.UNKNOWN, Code.UNAVAILABLE, Reason.EXPIRED_RUNNING, 0);
    boolean waits = !call.isDone();
    bench.engine.cancel(call, bench.now);
    return waits;
  }
}
