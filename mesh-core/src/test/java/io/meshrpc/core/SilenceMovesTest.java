package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.PAY;
import static io.meshrpc.core.ClientBench.READ;
import static io.meshrpc.core.ClientBench.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.wire.Cancelled.Stage;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of calls in flight at a server that falls silent, is lost, or is stuck. */
class SilenceMovesTest {
  private final ClientBench bench = new ClientBench();
  private final FakeServer a = bench.up("tcp://a:1");

  @Test
  void anIdempotentCallBeginsElsewhereAndTheFirstAnswerWins() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(READ);
    silence(a);
    assertThat(b.requests()).hasSize(1);
    assertThat(a.cancels()).as("the earlier attempt stays open").isEmpty();

    b.ok(b.lastRequest());
    assertThat(call.response()).isNotNull();
    assertThat(a.cancels()).as("the loser is told").hasSize(1);
    assertThat(a.cancels().get(0).onlyIfQueued()).isFalse();
  }

  @Test
  void theSilentServerMayStillWin() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(READ);
    silence(a);
    a.ok(a.lastRequest());

    assertThat(call.response()).isNotNull();
    assertThat(b.cancels()).hasSize(1);
    assertThat(b.cancels().get(0).attempt()).isEqualTo(2);
    b.ok(b.lastRequest());
    assertThat(bench.completed).hasSize(1);
  }

  @Test
  void aCallThatIsNotIdempotentIsTakenBackAndMovesOnlyWhenItSurelyDidNotStart() {
    FakeServer b = bench.up("tcp://b:1");
    bench.call(PAY);
    silence(a);
    assertThat(b.requests()).isEmpty();
    assertThat(a.cancels()).hasSize(1);
    assertThat(a.cancels().get(0).onlyIfQueued()).isTrue();

    a.cancelled(a.lastRequest(), Stage.NOT_STARTED);
    assertThat(b.requests()).hasSize(1);
    assertThat(b.lastRequest().repeat()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = Stage.class,
      names = {"RUNNING", "FINISHED", "FORGOTTEN", "UNKNOWN"})
  void aCallThatMayHaveStartedStays(Stage stage) {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(PAY);
    silence(a);
    a.cancelled(a.lastRequest(), stage);
    bench.advanceMs(100);

    assertThat(b.requests()).isEmpty();
    a.ok(a.lastRequest());
    assertThat(call.response()).isNotNull();
  }

  @Test
  void anotherIncarnationMeansUnknownAtOnce() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(PAY);
    a.restart();
    assertThat(call.isDone()).as("the same process may come back").isFalse();
    a.accept();

    assertThat(call.failure().execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(call.failure().code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(call.failure().status().text()).isEqualTo("the server was restarted");
    assertThat(a.requests()).hasSize(1);
    assertThat(b.requests()).isEmpty();
  }

  @Test
  void aServerThatIsDownTakesItsCallsThatAreNotIdempotentWithIt() {
    ClientCall call = bench.call(PAY);
    a.frozen = true;
    bench.advanceMs(2100);

    assertThat(bench.state(a)).isEqualTo(PeerState.DOWN);
    assertThat(call.failure().execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(call.failure().status().text()).startsWith("silent for 2");
  }

  @Test
  void anIdempotentCallOutlivesItsServer() {
    ClientCall call = bench.call(READ);
    a.frozen = true;
    bench.advanceMs(2100);
    assertThat(call.isDone()).isFalse();
    FakeServer b = bench.up("tcp://b:1");
    bench.advanceMs(3000);

    b.ok(b.lastRequest());
    assertThat(call.response()).isNotNull();
  }

  @Test
  void whenMostServersAreSilentWorkMovesOnceAndTheyStillGetCalls() {
    FakeServer b = bench.up("tcp://b:1");
    bench.call(READ);
    a.frozen = true;
    b.frozen = true;
    bench.advanceMs(900);
    assertThat(bench.state(a)).isEqualTo(PeerState.SUSPECT);
    assertThat(bench.state(b)).isEqualTo(PeerState.SUSPECT);
    assertThat(a.requests().size() + b.requests().size()).isEqualTo(2);

    ClientCall late = bench.call(PAY);
    assertThat(late.attempts()).as("none is better").hasSize(1);
  }

  @Test
  void aStuckServerGivesBackWhatItHasNotStarted() {
    FakeServer b = bench.up("tcp://b:1");
    bench.call(READ);
    for (int i = 0; i < 13; i++) {
      a.load(5, 40);
      bench.advanceMs(100);
    }
    assertThat(bench.state(a)).isEqualTo(PeerState.SUSPECT);
    assertThat(b.requests()).as("it is alive, so it can be asked first").isEmpty();
    assertThat(a.cancels()).hasSize(1);
    assertThat(a.cancels().get(0).onlyIfQueued()).isTrue();

    a.cancelled(a.lastRequest(), Stage.NOT_STARTED);
    assertThat(b.requests()).hasSize(1);
  }

  @Test
  void aReplacementThatIsLostTooMovesOnThoughTheFirstServerIsStillDoubtful() {
    FakeServer b = bench.up("tcp://b:1");
    FakeServer c = bench.up("tcp://c:1");
    ClientCall call = bench.call(READ);
    silence(a);
    FakeServer second = b.requests().isEmpty() ? c : b;
    FakeServer third = second == b ? c : b;
    a.frozen = true;
    second.lose();
    bench.advanceMs(100);

    assertThat(third.requests()).hasSize(1);
    third.ok(third.lastRequest());
    assertThat(call.response()).isNotNull();
  }

  @Test
  void aCallWhoseReplacementFailedGoesOnWhenItsFirstServerIsDown() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall call = bench.call(READ, RETRY.withMaxAttempts(1));
    silence(a);
    b.turnAway(b.lastRequest(), Reason.QUEUE_FULL, 0);
    assertThat(call.isDone()).as("the first attempt may still be answered").isFalse();
    a.frozen = true;
    bench.advanceMs(2500);

    assertThat(bench.state(a)).isEqualTo(PeerState.DOWN);
    assertThat(b.requests()).hasSize(2);
    b.ok(b.lastRequest());
    assertThat(call.response()).isNotNull();
  }

  @Test
  void aDrainingServerKeepsWhatItHasAndWhatItHandsBackMoves() {
    FakeServer b = bench.up("tcp://b:1");
    ClientCall runs = bench.call(PAY);
    bench.call(READ);
    ClientCall queued = bench.call(PAY);
    Request first = a.requests().get(0);
    Request last = a.lastRequest();
    a.goaway();
    assertThat(b.requests()).hasSize(1);
    a.turnAway(last, Reason.DRAINING, 0);
    a.ok(first);

    assertThat(runs.response()).isNotNull();
    assertThat(b.requests()).hasSize(2);
    assertThat(queued.isDone()).isFalse();
    bench.call(READ);
    assertThat(a.requests()).as("nothing new").hasSize(2);
  }

  @Test
  void aProbationThatEndsWithoutSuccessGivesWayToTheNextCallThatWaits() {
    a.frozen = true;
    bench.advanceMs(2100);
    a.frozen = false;
    a.accept();
    bench.advanceMs(1);
    ClientCall first = bench.call(PAY);
    ClientCall second = bench.call(PAY);
    ClientCall third = bench.call(PAY);
    assertThat(second.attempts()).isEmpty();
    a.fail(a.lastRequest(), Code.INTERNAL);
    assertThat(first.isDone()).isTrue();
    assertThat(second.attempts()).hasSize(1);
    assertThat(third.attempts()).isEmpty();

    bench.engine.cancel(second, bench.now);
    assertThat(third.attempts()).hasSize(1);
  }

  @Test
  void whatMayNotBeRepeatedIsNotAskedForAgain() {
    ClientCall call = bench.call(READ, RetryPolicy.NEVER);
    a.lose();
    a.accept();

    assertThat(call.failure().execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(a.requests()).hasSize(1);
  }

  private void silence(FakeServer server) {
    server.frozen = true;
    bench.advanceMs(900);
    assertThat(bench.state(server)).isEqualTo(PeerState.SUSPECT);
    server.frozen = false;
  }

  @Test
  void whatIsBeingTakenBackIsNotTakenBackTwice() {
    bench.call(PAY);
    silence(a);
    bench.advanceMs(1000);
    assertThat(bench.state(a)).isEqualTo(PeerState.UP);
    silence(a);

    assertThat(a.cancels()).hasSize(1);
  }

  @Test
  void whatIsAskedForAgainCanBeTakenBackAgain() {
    bench.call(PAY);
    silence(a);
    assertThat(a.cancels()).hasSize(1);
    a.lose();
    a.accept();
    assertThat(a.requests()).hasSize(2);
    silence(a);

    assertThat(a.cancels()).hasSize(2);
    assertThat(a.cancels().get(1).attempt()).isEqualTo(a.lastRequest().attempt());
  }
}
