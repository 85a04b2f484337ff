package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.HedgePolicy;
import io.meshrpc.wire.Cancelled.Stage;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Started;
import org.junit.jupiter.api.Test;

/** Two servers have the call; the one that starts it says so, and the other gives it back. */
class TiedRequestsTest {
  private static final HedgePolicy TIED = HedgePolicy.ON.withTied(true).withExtraLoad(1);

  private final ClientBench bench = new ClientBench();
  private final FakeServer a = bench.up("tcp://a:1").busy(0);
  private final FakeServer b = bench.up("tcp://b:1").busy(0);

  @Test
  void oneThatHasNotStartedSoonIsSentToASecondServerAndTakenBackFromTheFirst() {
    introduce();
    ClientCall call = bench.call(READ, TIED);
    bench.advanceMs(1);
    assertThat(b.requests()).hasSize(2);
    assertThat(b.lastRequest().announceStart()).isTrue();
    starts(b);
    assertThat(a.cancels()).hasSize(1);
    assertThat(a.cancels().get(0).onlyIfQueued()).isTrue();

    a.cancelled(a.lastRequest(), Stage.NOT_STARTED);
    bench.advanceMs(100);
    assertThat(a.requests().size() + b.requests().size()).as("it is not moved").isEqualTo(4);
    b.ok(b.lastRequest());
    assertThat(call.response()).isNotNull();
    assertThat(a.cancels()).as("nothing is open there").hasSize(1);
  }

  @Test
  void theFirstServerMayStartItFirst() {
    introduce();
    ClientCall call = bench.call(READ, TIED);
    bench.advanceMs(1);
    starts(a);
    assertThat(b.cancels()).hasSize(1);
    b.cancelled(b.lastRequest(), Stage.NOT_STARTED);
    a.ok(a.lastRequest());

    assertThat(call.response()).isNotNull();
  }

  @Test
  void oneThatStartsAtOnceIsSentToNobodyElse() {
    introduce();
    bench.call(READ, TIED);
    starts(a);
    bench.advanceMs(100);

    assertThat(b.requests()).hasSize(1);
  }

  @Test
  void ifBothHaveStartedTheFirstAnswerWins() {
    introduce();
    ClientCall call = bench.call(READ, TIED);
    bench.advanceMs(1);
    starts(a);
    starts(b);
    assertThat(a.cancels()).as("it is known to run").isEmpty();
    b.cancelled(b.lastRequest(), Stage.RUNNING);
    b.ok(b.lastRequest());

    assertThat(call.response()).isNotNull();
    assertThat(a.cancels()).hasSize(1);
  }

  @Test
  void theLossOfTheServerThatStartedItDoesNotLoseTheCall() {
    introduce();
    ClientCall call = bench.call(READ, TIED);
    bench.advanceMs(1);
    starts(b);
    b.lose();
    Request first = a.lastRequest();
    a.cancelled(first, Stage.NOT_STARTED);
    assertThat(a.lastRequest().attempt()).isEqualTo(3);
    a.ok(a.lastRequest());

    assertThat(call.response()).isNotNull();
  }

  @Test
  void whatIsTakenBackIsNotExtraLoad() {
    introduce();
    HedgePolicy scarce = TIED.withExtraLoad(0.001);
    bench.call(READ, TIED); // brings one
    bench.advanceMs(1);
    assertThat(b.requests()).hasSize(2);
    starts(b);
    a.cancelled(a.lastRequest(), Stage.NOT_STARTED);
    b.ok(b.lastRequest());
    for (int i = 0; i < 3; i++) {
      ClientCall call = bench.call(READ, scarce);
      bench.advanceMs(1);
      assertThat(call.attempts()).hasSize(2);
      FakeServer first = serverOf(call, 0);
      FakeServer second = serverOf(call, 1);
      starts(second);
      first.cancelled(first.lastRequest(), Stage.NOT_STARTED);
      second.ok(second.lastRequest());
    }
  }

  @Test
  void bothCopiesThatAreTakenBackGiveBackOne() {
    introduce();
    HedgePolicy scarce = TIED.withExtraLoad(0.001);
    ClientCall call = bench.call(READ, TIED); // brings one
    bench.advanceMs(1);
    a.cancelled(a.lastRequest(), Stage.NOT_STARTED);
    b.cancelled(b.lastRequest(), Stage.NOT_STARTED);
    bench.engine.cancel(call, bench.now);

    ClientCall next = bench.call(READ, scarce);
    bench.advanceMs(1);
    assertThat(next.attempts()).hasSize(2);
    ClientCall last = bench.call(READ, scarce);
    bench.advanceMs(1);
    assertThat(last.attempts()).hasSize(1);
  }

  @Test
  void aServerThatDoesNotSayWhenItStartsIsNotTakenForSlow() {
    bench.call(READ, TIED);
    assertThat(a.lastRequest().announceStart()).isTrue();
    bench.advanceMs(100);

    assertThat(b.requests()).isEmpty();
  }

  @Test
  void anotherProcessAtTheSameEndpointMustBeHeardAgain() {
    introduce();
    a.restart().accept().busy(0);
    bench.call(READ, TIED);
    bench.advanceMs(100);

    assertThat(b.requests()).hasSize(1);
  }

  @Test
  void oneThatRunsLongIsHedgedByTheQuantile() {
    introduce();
    for (int i = 0; i < 100; i++) {
      ClientCall call = bench.call(READ, TIED);
      starts(serverOf(call, 0));
      bench.advanceMs(5);
      serverOf(call, 0).ok(serverOf(call, 0).lastRequest());
    }
    a.busy(0);
    b.busy(0);
    ClientCall slow = bench.call(READ, TIED);
    starts(serverOf(slow, 0));
    bench.advanceMs(4);
    assertThat(slow.attempts()).hasSize(1);
    bench.advanceMs(2);
    assertThat(slow.attempts()).hasSize(2);

    starts(serverOf(slow, 1));
    assertThat(serverOf(slow, 0).cancels()).as("it runs").isEmpty();
    assertThat(serverOf(slow, 1).cancels()).isEmpty();
  }

  @Test
  void callsThatAreNotTiedAskForNoAnnouncement() {
    bench.call(READ, HedgePolicy.ON);

    assertThat(a.lastRequest().announceStart()).isFalse();
  }

  /** Both servers show that they say when they start a call. */
  private void introduce() {
    for (FakeServer server : new FakeServer[] {a, b}) {
      bench.call(READ, HedgePolicy.after(java.time.Duration.ofHours(1)).withTied(true));
      starts(server);
      server.ok(server.lastRequest());
    }
  }

  private FakeServer serverOf(ClientCall call, int attempt) {
    return call.attempts().get(attempt).peer.endpoint().equals(a.endpoint) ? a : b;
  }

  private static void starts(FakeServer server) {
    Request request = server.lastRequest();
    server.say(new Started(request.seq(), request.attempt()));
  }
}
