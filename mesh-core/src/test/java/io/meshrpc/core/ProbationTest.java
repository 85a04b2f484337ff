package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.PAY;
import static io.meshrpc.core.ClientBench.READ;
import static io.meshrpc.core.ClientBench.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.wire.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that came back is tried with one call, and that must not shut out the others for long. */
class ProbationTest {
  private ClientBench bench = new ClientBench();
  private FakeServer server;

  @BeforeEach
  void begin() {
    server = bench.up("tcp://a:1");
    bench.advanceMs(2000);
  }

  /** Silent until it is down; back as the same process, and all its pings are answered. */
  private void downAndBack() {
    server.frozen = true;
    bench.advanceMs(3000);
    assertThat(bench.state(server)).isEqualTo(PeerState.DOWN);
    server.frozen = false;
    server.accept();
    bench.advanceMs(10);
    assertThat(bench.state(server)).isEqualTo(PeerState.PROBATION);
  }

  @Test
  void aLongCallThatItIsTriedWithHoldsUpTheOthersForAMomentOnly() {
    ClientCall poll = bench.call(READ, RETRY, CallOptions.DEFAULT, Duration.ofMinutes(1));
    downAndBack();
    assertThat(poll.attempts()).as("it is tried with what moved").hasSize(2);
    List<ClientCall> others = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      others.add(bench.call(PAY));
    }
    assertThat(others).allMatch(call -> call.attempts().isEmpty());

    bench.advanceMs(110);
    assertThat(others.get(0).attempts()).hasSize(1);
    assertThat(others.get(2).attempts()).as("one more now and then").isEmpty();
    server.ok(server.lastRequest());
    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
    assertThat(others).allMatch(call -> !call.attempts().isEmpty());
    assertThat(poll.isDone()).isFalse();
  }

  @Test
  void callsThatAreThereFromBeforeItsEjectionAreNotItsTrial() {
    FakeServer other = bench.up("tcp://b:1");
    ClientCall old = bench.call(
        PAY, RETRY, CallOptions.DEFAULT.withServer(server.endpoint), Duration.ofMinutes(10));
    for (int i = 0; i < 5; i++) {
      bench.call(PAY, CallOptions.DEFAULT.withServer(server.endpoint));
      server.fail(server.lastRequest(), Code.INTERNAL);
    }
    assertThat(bench.state(server)).isEqualTo(PeerState.EJECTED);
    bench.advanceMs(1200);
    assertThat(bench.state(server)).isEqualTo(PeerState.PROBATION);
    int before = server.requests().size();
    other.refuse();
    bench.call(PAY);

    assertThat(server.requests()).hasSize(before + 1);
    assertThat(old.isDone()).isFalse();
  }

  @Test
  void anErrorThatIsNotTheServersFaultEndsIt() {
    downAndBack();
    bench.call(PAY);
    server.fail(server.lastRequest(), Code.NOT_FOUND);

    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
  }

  @Test
  void theNextCallIsItsTrialAfterOneThatSaidNothing() {
    bench.up("tcp://b:1");
    downAndBack();
    ClientCall first = bench.call(PAY);
    assertThat(first.nth(0).peer.endpoint()).isEqualTo(server.endpoint);
    assertThat(bench.call(PAY).nth(0).peer.endpoint()).as("one at a time").isEqualTo("tcp://b:1");
    bench.engine.cancel(first, bench.now);

    assertThat(bench.call(PAY).nth(0).peer.endpoint()).isEqualTo(server.endpoint);
  }

  @Test
  void whoWasWellForLongIsEjectedForAsShortAsAtFirst() {
    bench.up("tcp://b:1");
    for (int i = 0; i < 2; i++) {
      for (int failures = 0; failures < 5; failures++) {
        bench.call(PAY, CallOptions.DEFAULT.withServer(server.endpoint));
        server.fail(server.lastRequest(), Code.INTERNAL);
      }
      assertThat(bench.state(server)).isEqualTo(PeerState.EJECTED);
      bench.advanceMs(1100);
      assertThat(bench.state(server)).isEqualTo(PeerState.PROBATION);
      bench.call(PAY);
      server.ok(server.lastRequest());
      bench.advanceMs(33_000);
      assertThat(bench.state(server)).isEqualTo(PeerState.UP);
    }
  }

  /** Such as one that is still too busy, or that lets this client do nothing. */
  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"QUEUE_FULL", "NOT_AUTHORIZED"})
  void whoRefusesAllGetsFewOfTheCallsThatOthersCouldDo(Reason reason) {
    bench = new ClientBench(
        LivenessSettings.DEFAULTS, pick -> last(pick.candidates()), AttemptInterceptor.NONE, 1);
    server = bench.up("tcp://a:1");
    FakeServer other = bench.up("tcp://b:1");
    downAndBack();
    int before = server.requests().size();
    for (int i = 0; i < 1000; i++) {
      ClientCall call = bench.call(PAY, RETRY.withMaxAttempts(1));
      if (call.nth(0).peer.endpoint().equals(server.endpoint)) {
        server.turnAway(server.lastRequest(), reason, 0);
      } else {
        other.ok(other.lastRequest());
      }
      bench.advanceMs(10);
    }

    assertThat(server.requests()).as("in 10 s").hasSizeBetween(before + 10, before + 15);
    bench.advanceMs(1000);
    bench.call(PAY);
    server.ok(server.lastRequest());
    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoWasEjectedIsTriedFirstThoughItWasSilentOrResetMeanwhile(boolean reset) {
    bench.up("tcp://b:1");
    for (int failures = 0; failures < 5; failures++) {
      bench.call(PAY, CallOptions.DEFAULT.withServer(server.endpoint));
      server.fail(server.lastRequest(), Code.INTERNAL);
    }
    assertThat(bench.state(server)).isEqualTo(PeerState.EJECTED);
    server.frozen = true;
    bench.advanceMs(900);
    assertThat(bench.state(server)).isEqualTo(PeerState.SUSPECT);
    server.frozen = false;
    if (reset) {
      server.lose();
      server.accept();
    } else {
      bench.advanceMs(1);
    }

    assertThat(bench.state(server)).isEqualTo(PeerState.PROBATION);
    bench.advanceMs(1);
    bench.call(PAY);
    server.ok(server.lastRequest());
    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
    server.lose();
    server.accept();
    assertThat(bench.state(server)).as("it has done well").isEqualTo(PeerState.WARMING);
  }

  private static PeerView last(List<? extends PeerView> peers) {
    return peers.get(peers.size() - 1);
  }
}
