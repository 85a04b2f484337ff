package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Probe;
import io.meshrpc.wire.ProbeReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a load balancer may do and hear, and what its mistakes cost. */
class ChooserTest {
  private static ClientBench bench(LoadBalancer balancer) {
    return new ClientBench(LivenessSettings.DEFAULTS, balancer, AttemptInterceptor.NONE, 1);
  }

  /** Probes all candidates and waits for one report. */
  private static final class Asking implements LoadBalancer {
    final List<String> heard = new ArrayList<>();
    final List<Outcome> ends = new ArrayList<>();
    final List<String> gone = new ArrayList<>();

    @Nullable
    PeerView last;

    @Override
    public @Nullable PeerView pick(Pick pick) {
      if (last == null && pick.mayWait()) {
        if (pick.asked() == 0) {
          pick.candidates().forEach(pick::probe);
        }
        pick.waitAtMost(5_000_000);
        return null;
      }
      return last == null ? pick.candidates().get(0) : last;
    }

    @Override
    public void onReport(PeerView peer, MethodDescriptor<?, ?> method, long usualNs, long nowNs) {
      last = peer;
      heard.add(peer.endpoint() + " " + method.name() + " " + usualNs);
    }

    @Override
    public void onEnd(
        PeerView peer, MethodDescriptor<?, ?> method, Outcome outcome, long tookNs, long nowNs) {
      ends.add(outcome);
    }

    @Override
    public void onGone(PeerView peer) {
      gone.add(peer.endpoint());
    }
  }

  @Test
  void aChoiceThatWasPutOffIsMadeWhenAProbeIsAnswered() {
    Asking balancer = new Asking();
    ClientBench bench = bench(balancer);
    FakeServer a = bench.up("tcp://a:1");
    FakeServer b = bench.up("tcp://b:1");

    bench.call(READ);
    assertThat(a.requests()).isEmpty();
    Probe probe = b.all(Probe.class).get(0);
    b.say(new ProbeReply(probe.id(), probe.method(), 700));

    assertThat(balancer.heard).containsExactly("tcp://b:1 Read 700000");
    assertThat(b.requests()).hasSize(1);
    assertThat(a.requests()).isEmpty();
  }

  @Test
  void aChoiceThatWasPutOffIsMadeWhenItsTimeIsOver() {
    Asking balancer = new Asking();
    ClientBench bench = bench(balancer);
    FakeServer a = bench.up("tcp://a:1");
    bench.up("tcp://b:1");

    bench.call(READ);
    bench.advanceMs(4);
    assertThat(a.requests()).isEmpty();
    bench.advanceMs(1);

    assertThat(a.requests()).hasSize(1);
  }

  @Test
  void aCallThatLosesAllServersWhileItsChoiceIsPutOffGetsAnotherTime() {
    Asking balancer = new Asking();
    ClientBench bench = bench(balancer);
    FakeServer a = bench.up("tcp://a:1");

    bench.call(READ);
    a.lose();
    bench.advanceMs(20); // the time of that choice is over
    a.accept();
    assertThat(a.requests()).isEmpty();
    bench.advanceMs(5);

    assertThat(a.requests()).hasSize(1);
  }

  @Test
  void aServerOnProbationGetsItsCallWhateverTheBalancerPrefers() {
    ClientBench bench = bench(pick -> pick.candidates().get(0));
    bench.up("tcp://a:1");
    FakeServer b = bench.up("tcp://b:1");
    b.frozen = true;
    bench.advanceMs(2100);
    assertThat(bench.state(b)).isEqualTo(PeerState.DOWN);

    b.frozen = false;
    b.accept();
    bench.advanceMs(100);
    assertThat(bench.state(b)).isEqualTo(PeerState.PROBATION);
    bench.call(READ);
    assertThat(b.requests()).hasSize(1);
    bench.call(READ);
    assertThat(b.requests()).hasSize(1); // one at a time
    b.ok(b.requests().get(0));

    assertThat(bench.state(b)).isEqualTo(PeerState.WARMING);
  }

  @Test
  void aCallThatEndsWhileItsChoiceIsPutOffIsNotSent() {
    Asking balancer = new Asking();
    ClientBench bench = bench(balancer);
    FakeServer a = bench.up("tcp://a:1");
    FakeServer b = bench.up("tcp://b:1");

    ClientCall call = bench.call(READ);
    bench.engine.cancel(call, bench.now);
    Probe probe = b.all(Probe.class).get(0);
    b.say(new ProbeReply(probe.id(), probe.method(), 700));
    bench.advanceMs(50);

    assertThat(bench.completed).containsExactly(call);
    assertThat(a.requests()).isEmpty();
    assertThat(b.requests()).isEmpty();
  }

  @Test
  void theEndsOfAttemptsAreHeard() {
    Asking balancer = new Asking();
    ClientBench bench = bench(balancer);
    FakeServer a = bench.up("tcp://a:1");
    balancer.last = bench.view(a);
    balancer.last = null;
    bench.call(READ);
    bench.advanceMs(6);
    a.ok(a.lastRequest());
    bench.call(READ);
    a.fail(a.lastRequest(), Code.INTERNAL);
    bench.call(READ);
    a.fail(a.lastRequest(), Code.NOT_FOUND);
    ClientCall call = bench.call(READ);
    bench.engine.cancel(call, bench.now);
    bench.call(READ);
    bench.engine.disconnect("tcp://a:1", bench.now);

    assertThat(balancer.ends)
        .containsExactly(
            LoadBalancer.Outcome.SUCCESS,
            LoadBalancer.Outcome.FAULT,
            LoadBalancer.Outcome.ANSWERED,
            LoadBalancer.Outcome.LET_GO,
            LoadBalancer.Outcome.SILENT);
    assertThat(balancer.gone).containsExactly("tcp://a:1");
  }

  /** Chooses by turns, and keeps what it was told of the batch. */
  private static final class Watching implements LoadBalancer {
    final List<String> filling = new ArrayList<>();
    int next;

    @Override
    public PeerView pick(Pick pick) {
      PeerView open = pick.filling();
      filling.add(open == null ? "-" : open.endpoint().substring(6, 7));
      return pick.candidates().get(next++ % pick.candidates().size());
    }
  }

  @Test
  void aBalancerKnowsWhoseBatchIsFilledInThisTurn() {
    Watching balancer = new Watching();
    ClientBench bench = bench(balancer);
    bench.up("tcp://a:1");
    bench.up("tcp://b:1");

    bench.call(READ);
    bench.call(READ);
    bench.call(READ);
    bench.now++;
    bench.call(READ);
    bench.call(READ);

    assertThat(balancer.filling).containsExactly("-", "a", "b", "-", "b");
  }

  @Test
  void aBatchThatIsLargeIsNotFilledAnyMore() {
    Watching balancer = new Watching();
    ClientLimits limits = new ClientLimits(1 << 20, 1 << 20);
    ClientBench bench =
        new ClientBench(limits, LivenessSettings.DEFAULTS, balancer, AttemptInterceptor.NONE, 1);
    bench.up("tcp://a:1");

    for (int i = 0; i < 4; i++) {
      bench.engine.start(call(READ, 30 << 10), bench.now);
    }

    assertThat(balancer.filling).as("30, 60 and 90 KB").containsExactly("-", "a", "a", "-");
  }

  private static ClientCall call(MethodDescriptor<?, ?> method, int bytes) {
    byte[] payload = new byte[bytes];
    CallOptions options = CallOptions.DEFAULT;
    return new ClientCall(method, payload, options, ClientBench.RETRY, 10_000_000_000L, "ticket");
  }

  @Test
  void aServerThatIsGoneHasNoBatch() {
    Watching balancer = new Watching();
    ClientBench bench = bench(balancer);
    bench.up("tcp://a:1");
    bench.up("tcp://b:1");
    bench.call(READ);

    bench.engine.disconnect("tcp://a:1", bench.now);
    bench.call(READ);

    assertThat(balancer.filling).contains("-").doesNotContain("a");
  }

  @Test
  void aServerIsGoneAfterItsAttemptsHaveEnded() {
    List<String> heard = new ArrayList<>();
    ClientBench bench = bench(new LoadBalancer() {
      @Override
      public PeerView pick(Pick pick) {
        return pick.candidates().get(0);
      }

      @Override
      public void onEnd(
          PeerView peer, MethodDescriptor<?, ?> method, Outcome outcome, long tookNs, long nowNs) {
        heard.add("end " + peer.endpoint());
      }

      @Override
      public void onGone(PeerView peer) {
        heard.add("gone " + peer.endpoint());
      }
    });
    bench.up("tcp://a:1");
    bench.call(READ);
    bench.call(READ);

    bench.engine.disconnect("tcp://a:1", bench.now);

    assertThat(heard).containsExactly("end tcp://a:1", "end tcp://a:1", "gone tcp://a:1");
  }

  @Test
  void aBalancerThatThrowsFailsItsCallAndNothingElse() {
    boolean[] broken = {true};
    ClientBench bench = bench(pick -> {
      if (broken[0]) {
        throw new IllegalArgumentException("oops");
      }
      return pick.candidates().get(0);
    });
    FakeServer a = bench.up("tcp://a:1");

    ClientCall call = bench.call(READ);
    assertThat(call.failure().code()).isEqualTo(Code.INTERNAL);
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(call.failure()).hasMessageContaining("oops");

    broken[0] = false;
    bench.call(READ);
    assertThat(a.requests()).hasSize(1);
  }

  @Test
  void aBalancerThatChoosesNobodyOrAStrangerFailsItsCall() {
    ClientBench none = bench(pick -> pick.mayWait() ? null : null);
    none.up("tcp://a:1");
    ClientCall call = none.call(READ);
    none.advanceMs(2);
    assertThat(call.failure().code()).isEqualTo(Code.INTERNAL);
    assertThat(call.failure()).hasMessageContaining("choice: none");

    PeerView[] stranger = new PeerView[1];
    ClientBench bench = bench(pick -> stranger[0]);
    FakeServer a = bench.up("tcp://a:1");
    stranger[0] = bench.view(a); // a snapshot of a server is not the server
    assertThat(bench.call(READ).failure()).hasMessageContaining("one of the candidates");
  }

  @Test
  void whatIsTakenBackFromAQueueHasEnded() {
    Asking balancer = new Asking();
    ClientBench bench = bench(balancer);
    FakeServer a = bench.up("tcp://a:1");
    bench.up("tcp://b:1");
    RetryPolicy impatient = ClientBench.RETRY.withAttemptPatience(Duration.ofMillis(20));
    ClientCall call = bench.call(READ, impatient);
    bench.advanceMs(30);
    assertThat(a.cancels()).hasSize(1);
    a.cancelled(a.lastRequest(), Cancelled.Stage.NOT_STARTED);

    assertThat(call.nth(0).isOpen()).isFalse();
    assertThat(balancer.ends).containsExactly(LoadBalancer.Outcome.LET_GO);
  }
}
