package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.PAY;
import static io.meshrpc.core.ClientBench.READ;
import static io.meshrpc.core.ClientBench.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.wire.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A call that takes long is sent to a second server, once, and only where there is room. */
class HedgingTest {
  private static final HedgePolicy AFTER_10_MS =
      HedgePolicy.after(Duration.ofMillis(10)).withExtraLoad(1);

  private final Ears ears = new Ears();
  private final ClientBench bench = new ClientBench(LivenessSettings.DEFAULTS, ears, ears, 1);
  private final FakeServer a = bench.up("tcp://a:1").busy(0);
  private final FakeServer b = bench.up("tcp://b:1").busy(0);

  /** In turn; and takes note of how attempts end. */
  private static final class Ears implements LoadBalancer, AttemptInterceptor {
    final RoundRobin turns = new RoundRobin();
    final List<String> ends = new ArrayList<>();
    final List<AttemptTrace> traces = new ArrayList<>();

    @Override
    public PeerView pick(Pick pick) {
      return turns.pick(pick);
    }

    @Override
    public void onEnd(
        PeerView peer, MethodDescriptor<?, ?> method, Outcome outcome, long tookNs, long nowNs) {
      ends.add(peer.endpoint() + " " + outcome);
    }

    @Override
    public Metadata onSend(
        MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
      return metadata;
    }

    @Override
    public void onEnd(AttemptTrace trace) {
      traces.add(trace);
    }
  }

  @Test
  void theSecondServerMayWinAndTheLoserIsCancelled() {
    ClientCall call = bench.call(READ, AFTER_10_MS);
    bench.advanceMs(9);
    assertThat(b.requests()).isEmpty();
    bench.advanceMs(1);
    assertThat(b.requests()).hasSize(1);
    assertThat(b.lastRequest().attempt()).isEqualTo(2);
    assertThat(b.lastRequest().repeat()).isFalse();
    assertThat(a.cancels()).as("the first goes on").isEmpty();

    b.ok(b.lastRequest());
    assertThat(call.response()).isNotNull();
    assertThat(a.cancels()).hasSize(1);
    assertThat(a.cancels().get(0).onlyIfQueued()).isFalse();
    assertThat(ears.ends).containsExactly("tcp://b:1 SUCCESS", "tcp://a:1 LET_GO");
    assertThat(ears.traces).extracting(AttemptTrace::hedge).containsExactly(true, false);
    assertThat(ears.traces.get(0)).asString().startsWith("attempt 2 (a hedge) at tcp://b:1");
  }

  @Test
  void theFirstServerMayStillWin() {
    ClientCall call = bench.call(READ, AFTER_10_MS);
    bench.advanceMs(10);
    a.ok(a.lastRequest());

    assertThat(call.response()).isNotNull();
    assertThat(b.cancels()).hasSize(1);
    b.ok(b.lastRequest());
    assertThat(bench.completed).hasSize(1);
  }

  @Test
  void aCallThatIsAnsweredInTimeIsNotHedged() {
    bench.call(READ, AFTER_10_MS);
    bench.advanceMs(5);
    a.ok(a.lastRequest());
    bench.advanceMs(50);

    assertThat(b.requests()).isEmpty();
  }

  @Test
  void aCallThatIsAnsweredHasNothingToWakeFor() {
    bench.call(READ, AFTER_10_MS);
    bench.engine.tick(bench.now);
    assertThat(bench.engine.nextTick()).isEqualTo(bench.now + 10_000_000);
    a.ok(a.lastRequest());

    assertThat(bench.engine.nextTick()).isGreaterThan(bench.now + 10_000_000);
  }

  @Test
  void thereIsOneHedgeForACallAtMost() {
    FakeServer c = bench.up("tcp://c:1").busy(0);
    bench.call(READ, AFTER_10_MS);
    bench.advanceMs(200);

    assertThat(a.requests().size() + b.requests().size() + c.requests().size()).isEqualTo(2);
  }

  @Test
  void whatMayNotRunTwiceIsNotHedged() {
    bench.call(PAY, AFTER_10_MS);
    bench.call(READ, RetryPolicy.NEVER, AFTER_10_MS, CallOptions.DEFAULT);
    bench.advanceMs(200);

    assertThat(a.requests().size() + b.requests().size()).isEqualTo(2);
  }

  @Test
  void whatItsCallerLetsRunTwiceIsHedged() {
    RetryPolicy twice = RETRY.withRepeat(RetryPolicy.Repeat.AT_LEAST_ONCE);
    bench.call(PAY, twice, AFTER_10_MS, CallOptions.DEFAULT);
    bench.advanceMs(10);

    assertThat(b.requests()).hasSize(1);
  }

  @Test
  void aCallThatNamesItsServerIsNotHedged() {
    bench.call(READ, RETRY, AFTER_10_MS, CallOptions.DEFAULT.withServer("tcp://a:1"));
    bench.advanceMs(200);

    assertThat(b.requests()).isEmpty();
  }

  @Test
  void aRetryIsNotHedged() {
    FakeServer c = bench.up("tcp://c:1").busy(0);
    bench.call(READ, AFTER_10_MS);
    bench.advanceMs(5);
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 0);
    assertThat(b.requests()).hasSize(1);
    bench.advanceMs(200);

    assertThat(c.requests()).isEmpty();
  }

  @Test
  void aCallThatMovedFromASilentServerIsNotHedged() {
    FakeServer c = bench.up("tcp://c:1").busy(0);
    bench.call(READ, HedgePolicy.after(Duration.ofSeconds(1)).withExtraLoad(1));
    a.frozen = true;
    bench.advanceMs(900);
    assertThat(b.requests()).hasSize(1);
    b.busy(0);
    c.busy(0);
    bench.advanceMs(300);

    assertThat(c.requests()).isEmpty();
  }

  @Test
  void aBusyServerGetsNoHedgeUntilItHasRoom() {
    bench.call(READ, AFTER_10_MS);
    b.busy(4);
    bench.advanceMs(100);
    assertThat(b.requests()).isEmpty();
    b.busy(3);
    bench.advanceMs(30);

    assertThat(b.requests()).hasSize(1);
  }

  @Test
  void aServerWithAQueueGetsNoHedge() {
    b.say(b.session, new LoadReport(3, 1, 4, 0, 0, 0, 0, 0));
    bench.call(READ, AFTER_10_MS);
    bench.advanceMs(100);

    assertThat(b.requests()).isEmpty();
  }

  @Test
  void whenMostServersAreBusyNoneGetsAHedge() {
    FakeServer c = bench.up("tcp://c:1").busy(4);
    FakeServer d = bench.up("tcp://d:1").busy(4);
    FakeServer e = bench.up("tcp://e:1").busy(4);
    a.busy(4);
    bench.call(READ, AFTER_10_MS);
    bench.advanceMs(100);
    assertThat(b.requests()).as("16 of 20 workers are busy").isEmpty();
    e.busy(3);
    bench.advanceMs(30);

    assertThat(b.requests()).hasSize(1);
    assertThat(c.requests().size() + d.requests().size() + e.requests().size()).isZero();
  }

  @Test
  void aServerThatHasNotSaidLatelyHowBusyItIsGetsNoHedge() {
    bench.advanceMs(1500);
    bench.call(READ, AFTER_10_MS);
    bench.advanceMs(50);

    assertThat(b.requests()).isEmpty();
  }

  @Test
  void aServerThatIsSuspectGetsNoHedge() {
    b.frozen = true;
    bench.advanceMs(800);
    bench.call(READ, AFTER_10_MS);
    a.busy(0);
    bench.advanceMs(50);

    assertThat(b.requests()).isEmpty();
  }

  @Test
  void aFaultOfOneServerLeavesTheOtherToAnswer() {
    ClientCall call = bench.call(READ, AFTER_10_MS);
    bench.advanceMs(10);
    b.fail(b.lastRequest(), Code.INTERNAL);
    assertThat(call.isDone()).isFalse();
    a.ok(a.lastRequest());

    assertThat(call.response()).isNotNull();
  }

  @Test
  void aFaultOfBothFailsTheCall() {
    ClientCall call = bench.call(READ, AFTER_10_MS);
    bench.advanceMs(10);
    b.fail(b.lastRequest(), Code.INTERNAL);
    a.fail(a.lastRequest(), Code.UNAVAILABLE);

    assertThat(call.failure().code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(call.failure().execution()).isEqualTo(Execution.EXECUTED);
    assertThat(call.failure().attempts()).hasSize(2);
  }

  @Test
  void anAnswerThatIsNobodysFaultIsTheAnswer() {
    ClientCall call = bench.call(READ, AFTER_10_MS);
    bench.advanceMs(10);
    b.fail(b.lastRequest(), Code.NOT_FOUND);

    assertThat(call.failure().code()).isEqualTo(Code.NOT_FOUND);
    assertThat(a.cancels()).hasSize(1);
  }

  @Test
  void aHedgeThatIsRefusedIsForgotten() {
    ClientCall call = bench.call(READ, AFTER_10_MS);
    bench.advanceMs(10);
    b.turnAway(b.lastRequest(), Reason.QUEUE_FULL, 0);
    bench.advanceMs(500);
    assertThat(a.requests().size() + b.requests().size()).isEqualTo(2);
    a.ok(a.lastRequest());

    assertThat(call.response()).isNotNull();
  }

  @Test
  void aHedgeTakesNoAttemptFromTheRetryPolicy() {
    FakeServer c = bench.up("tcp://c:1").busy(4);
    ClientCall call = bench.call(READ, RETRY.withMaxAttempts(2), AFTER_10_MS, CallOptions.DEFAULT);
    bench.advanceMs(10);
    b.turnAway(b.lastRequest(), Reason.QUEUE_FULL, 0);
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 0);
    assertThat(call.isDone()).isFalse();
    bench.advanceMs(100);
    c.ok(c.lastRequest());

    assertThat(call.response()).isNotNull();
  }

  @Test
  void theLossOfTheFirstServerLeavesTheHedge() {
    FakeServer c = bench.up("tcp://c:1").busy(4);
    ClientCall call = bench.call(READ, AFTER_10_MS);
    bench.advanceMs(10);
    a.lose();
    bench.advanceMs(100);
    assertThat(c.requests()).isEmpty();
    b.lose();
    assertThat(c.requests()).as("now it moves, for nothing").hasSize(1);
    c.ok(c.lastRequest());

    assertThat(call.response()).isNotNull();
  }

  @Test
  void hedgesAreAShareOfTheCalls() {
    LoadReport idle = new LoadReport(0, 0, 10_000, 0, 0, 0, 0, 0);
    for (int i = 0; i < 400; i++) {
      a.say(a.session, idle);
      b.say(b.session, idle);
      bench.call(READ, HedgePolicy.after(Duration.ofMillis(10)));
      bench.advanceMs(1);
    }
    bench.advanceMs(30);

    assertThat(a.requests().size() + b.requests().size()).isEqualTo(420);
  }

  @Test
  void theDelayIsTheQuantileOfWhatCallsTookLately() {
    for (int i = 0; i < 100; i++) {
      ClientCall call = bench.call(READ, HedgePolicy.ON);
      bench.advanceMs(i < 94 ? 2 : 20);
      FakeServer server = call.attempts().get(0).peer.endpoint().equals(a.endpoint) ? a : b;
      server.ok(server.lastRequest());
      assertThat(call.attempts()).as("too little is known").hasSize(1);
    }
    a.busy(0);
    b.busy(0);
    ClientCall call = bench.call(READ, HedgePolicy.ON);
    bench.advanceMs(19);
    assertThat(call.attempts()).hasSize(1);
    bench.advanceMs(3);

    assertThat(call.attempts()).hasSize(2);
  }

  @Test
  void aHedgeThatTheBalancerRefusedIsTriedAgainAndHasCostNothing() {
    List<Integer> refusals = new ArrayList<>();
    ClientBench other = new ClientBench(
        LivenessSettings.DEFAULTS,
        pick -> {
          if (pick.attempt() == 2 && refusals.isEmpty()) {
            refusals.add(pick.attempt());
            throw new IllegalStateException("not yet");
          }
          return pick.candidates().get(0);
        },
        AttemptInterceptor.NONE,
        1);
    FakeServer first = other.up("tcp://a:1").busy(0);
    FakeServer second = other.up("tcp://b:1").busy(0);
    HedgePolicy oneOfTwo = AFTER_10_MS.withExtraLoad(0.5);
    other.call(READ, oneOfTwo);
    first.ok(first.lastRequest());
    other.call(READ, oneOfTwo);
    other.advanceMs(11);
    assertThat(refusals).hasSize(1);
    assertThat(second.requests()).isEmpty();
    other.advanceMs(20);

    assertThat(second.requests()).hasSize(1);
  }

  @Test
  void whatCallsTookThatWereHedgedCountsToo() {
    for (int i = 0; i < 110; i++) {
      a.busy(0);
      b.busy(0);
      ClientCall call = bench.call(READ, AFTER_10_MS);
      bench.advanceMs(i < 100 ? 2 : 20);
      assertThat(call.attempts()).hasSize(i < 100 ? 1 : 2);
      FakeServer server = call.nth(0).peer.endpoint().equals(a.endpoint) ? a : b;
      server.ok(server.lastRequest());
    }
    ClientCall call = bench.call(READ, HedgePolicy.ON);
    bench.advanceMs(19);
    assertThat(call.attempts())
        .as("else those that are hedged would grow more and more")
        .hasSize(1);
    bench.advanceMs(3);

    assertThat(call.attempts()).hasSize(2);
  }

  @Test
  void aBalancerThatFailsForAHedgeDoesNotHarmTheCall() {
    ClientBench other = new ClientBench(
        LivenessSettings.DEFAULTS,
        pick -> {
          if (pick.attempt() == 2) {
            throw new IllegalStateException("no");
          }
          return pick.candidates().get(0);
        },
        AttemptInterceptor.NONE,
        1);
    FakeServer only = other.up("tcp://a:1").busy(0);
    other.up("tcp://b:1").busy(0);
    ClientCall call = other.call(READ, AFTER_10_MS);
    other.advanceMs(20);
    assertThat(call.isDone()).isFalse();
    only.ok(only.lastRequest());

    assertThat(call.response()).isNotNull();
  }
}
