package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.api.PeerState;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Request;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every way from one state of the liveness table to another, and what it needs. */
class LivenessTest {
  private final ClientBench bench = new ClientBench();

  @Test
  void aNewServerWarmsUpAndIsUpAfterItsSlowStart() {
    FakeServer server = bench.connect("tcp://a:1");
    assertThat(bench.state(server)).isEqualTo(PeerState.CONNECTING);

    server.accept(Duration.ZERO);
    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
    assertThat(bench.view(server).weight()).isEqualTo(0.1);
    bench.advance(Duration.ofSeconds(5));
    assertThat(bench.view(server).weight()).isBetween(0.49, 0.51);
    bench.advance(Duration.ofSeconds(6));

    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
    assertThat(bench.view(server).weight()).isEqualTo(1.0);
    assertThat(bench.moves(server)).containsExactly("CONNECTING>WARMING", "WARMING>UP");
  }

  @Test
  void aServerThatHasBeenUpForLongNeedsNoSlowStart() {
    FakeServer server = bench.up("tcp://a:1");

    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
  }

  @Test
  void helloIsSaidAgainUntilItIsAnswered() {
    FakeServer server = bench.connect("tcp://a:1");
    bench.engine.onConnected(server.connection, bench.now);

    bench.advanceMs(1700);

    assertThat(server.all(Hello.class)).hasSize(4);
  }

  @Test
  void aConnectionMayComeBeforeTheEndOfTheOneBeforeIsHeard() {
    FakeServer server = bench.connect("tcp://a:1");
    server.accept(Duration.ZERO);
    ClientCall call = bench.call(ClientBench.PAY);
    server.accept(Duration.ZERO);

    assertThat(bench.moves(server))
        .containsExactly("CONNECTING>WARMING", "WARMING>SUSPECT", "SUSPECT>WARMING");
    assertThat(server.requests()).hasSize(2); // what was under way is asked for again
    assertThat(server.lastRequest().repeat()).isTrue();
    server.ok(server.lastRequest());
    assertThat(call.response()).isNotNull();
  }

  @Test
  void aWelcomeToAnOlderHelloIsIgnored() {
    FakeServer server = bench.connect("tcp://a:1");
    bench.engine.onConnected(server.connection, bench.now);
    server.epoch--;
    server.welcome(Duration.ZERO, false);

    assertThat(bench.state(server)).isEqualTo(PeerState.CONNECTING);
  }

  @Test
  void aServerThatNobodyListensForIsDown() {
    FakeServer server = bench.connect("tcp://a:1");
    server.refuse();

    assertThat(bench.state(server)).isEqualTo(PeerState.DOWN);
    assertThat(bench.view(server).reason()).isEqualTo("connection refused");
  }

  @Test
  void anIdleServerIsPingedOnceAHeartbeatAndStaysUp() {
    FakeServer server = bench.up("tcp://a:1");
    server.got.clear();

    bench.advance(Duration.ofSeconds(10));

    assertThat(server.all(Ping.class).size()).isBetween(18, 21);
    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
  }

  @Test
  void aBusyServerIsNotPinged() {
    FakeServer server = bench.up("tcp://a:1");
    server.got.clear();
    for (int i = 0; i < 100; i++) {
      bench.call(READ);
      bench.advanceMs(20);
      server.ok(server.lastRequest());
    }

    assertThat(server.all(Ping.class)).isEmpty();
  }

  @Test
  void anIdleServerThatFallsSilentIsSuspectThenDown() {
    FakeServer server = bench.up("tcp://a:1");
    server.frozen = true;

    bench.advanceMs(740);
    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
    bench.advanceMs(20);
    assertThat(bench.state(server)).isEqualTo(PeerState.SUSPECT);
    assertThat(bench.lastReason()).startsWith("no answer to a ping for 25");
    bench.advanceMs(1220);
    assertThat(bench.state(server)).isEqualTo(PeerState.SUSPECT);
    bench.advanceMs(40);
    assertThat(bench.state(server)).isEqualTo(PeerState.DOWN);
    assertThat(bench.lastReason()).isEqualTo("silent for 2000 ms");
  }

  @Test
  void aSuspectServerThatIsHeardIsUpAgain() {
    FakeServer server = bench.up("tcp://a:1");
    server.frozen = true;
    bench.advanceMs(900);
    server.frozen = false;
    server.answerPings();

    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
    assertThat(bench.lastReason()).isEqualTo("heard again");
  }

  @Test
  void aServerThatIsHeardAgainIsPingedAfterAHeartbeatAsAnyOther() {
    FakeServer server = bench.up("tcp://a:1");
    server.frozen = true;
    bench.advanceMs(900);
    server.frozen = false;
    server.answerPings();
    server.got.clear();

    bench.advanceMs(600);

    assertThat(server.all(Ping.class)).hasSize(1);
  }

  @Test
  void aYoungServerThatWasSuspectGoesOnWarmingUp() {
    FakeServer server = bench.connect("tcp://a:1").accept(Duration.ZERO);
    server.frozen = true;
    bench.advanceMs(900);
    assertThat(bench.state(server)).isEqualTo(PeerState.SUSPECT);
    server.answerPings();
    server.frozen = false;
    server.answerPings();

    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
  }

  @Test
  void aLostConnectionIsSuspicionAtOnceAndARefusedOneIsTheEnd() {
    FakeServer server = bench.up("tcp://a:1");
    server.lose();
    assertThat(bench.state(server)).isEqualTo(PeerState.SUSPECT);
    assertThat(bench.lastReason()).isEqualTo("connection lost");

    server.refuse();
    assertThat(bench.state(server)).isEqualTo(PeerState.DOWN);
  }

  @Test
  void aLostConnectionThatDoesNotComeBackIsDownAfterTheSilence() {
    FakeServer server = bench.up("tcp://a:1");
    bench.advanceMs(400); // nothing was said since; the span begins with the loss
    server.lose();

    bench.advanceMs(1990);
    assertThat(bench.state(server)).isEqualTo(PeerState.SUSPECT);
    bench.advanceMs(20);
    assertThat(bench.state(server)).isEqualTo(PeerState.DOWN);
  }

  @Test
  void theSameProcessOverANewConnectionRampsUpShortly() {
    FakeServer server = bench.up("tcp://a:1");
    server.lose();
    bench.advanceMs(100);
    server.accept(Duration.ofHours(1));

    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
    bench.advanceMs(2010);
    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
  }

  @Test
  void anotherProcessInItsPlaceStartsWarm() {
    FakeServer server = bench.up("tcp://a:1");
    String before = bench.view(server).incarnation();
    server.restart().accept(Duration.ZERO);

    assertThat(bench.view(server).incarnation()).isNotEqualTo(before);
    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
    bench.advanceMs(9000);
    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
    bench.advanceMs(1100);
    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
  }

  @Test
  void aProcessThatWasDownMustPassItsProbation() {
    FakeServer server = bench.up("tcp://a:1");
    server.frozen = true;
    bench.advanceMs(2100);
    assertThat(bench.state(server)).isEqualTo(PeerState.DOWN);

    server.frozen = false;
    server.accept();
    assertThat(bench.state(server)).isEqualTo(PeerState.PROBATION);
    ClientCall early = bench.call(READ);
    assertThat(early.attempts()).as("no call before three pongs").isEmpty();
    bench.advanceMs(1);
    assertThat(early.attempts()).hasSize(1);
    ClientCall second = bench.call(READ);
    assertThat(second.attempts()).as("one call at a time").isEmpty();

    server.ok(server.lastRequest());
    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
    assertThat(second.attempts()).hasSize(1);
    bench.advanceMs(2010);
    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
  }

  @Test
  void aProbationThatFallsSilentEndsDown() {
    FakeServer server = bench.up("tcp://a:1");
    server.frozen = true;
    bench.advanceMs(2100);
    server.accept();
    bench.advanceMs(2100);

    assertThat(bench.moves(server)).endsWith("DOWN>PROBATION", "PROBATION>SUSPECT", "SUSPECT>DOWN");
  }

  @Test
  void aServerThatIsDownIsTriedAgainWithPausesThatDouble() {
    FakeServer server = bench.up("tcp://a:1");
    server.refuse();
    int before = server.connects;

    bench.advanceMs(3600);
    int early = server.connects - before;
    bench.advance(Duration.ofMinutes(5));
    int all = server.connects - before;

    assertThat(early).isBetween(2, 3);
    assertThat(all - early).as("at most one in 30 s, later").isBetween(10, 16);
    assertThat(bench.state(server)).isEqualTo(PeerState.DOWN);
  }

  /** Or else a fleet that connects all at once gives up what it has begun, and begins again for ever. */
  @Test
  void aConnectionThatIsBeingMadeIsGivenTimeBeforeAnotherIsTried() {
    FakeServer server = bench.up("tcp://a:1");
    server.frozen = true;
    bench.advanceMs(2100);
    assertThat(bench.state(server)).isEqualTo(PeerState.DOWN);
    int before = server.connects;

    bench.advanceMs(2800);
    assertThat(server.connects).isEqualTo(before);
    bench.advanceMs(1000);
    assertThat(server.connects).isEqualTo(before + 1);

    server.refuse(); // no longer being made
    bench.advanceMs(4000);
    assertThat(server.connects).isEqualTo(before + 2);
  }

  @Test
  void goawayDrainsAndTheEndOfTheConnectionEndsIt() {
    FakeServer server = bench.up("tcp://a:1");
    server.goaway();
    assertThat(bench.state(server)).isEqualTo(PeerState.DRAINING);
    assertThat(bench.lastReason()).isEqualTo("draining: going");

    server.lose();
    assertThat(bench.state(server)).isEqualTo(PeerState.CONNECTING);
    server.node = new io.meshrpc.wire.NodeId(9, 9);
    server.accept(Duration.ZERO);
    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
  }

  @Test
  void aServerThatWelcomesWhileItDrainsGetsNothing() {
    FakeServer server = bench.connect("tcp://a:1");
    bench.engine.onConnected(server.connection, bench.now);
    server.welcome(Duration.ofHours(1), true);
    bench.call(READ);

    assertThat(bench.state(server)).isEqualTo(PeerState.DRAINING);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aDrainingServerThatFallsSilentIsDown() {
    FakeServer server = bench.up("tcp://a:1");
    server.goaway();
    server.frozen = true;
    bench.advanceMs(2100);

    assertThat(bench.state(server)).isEqualTo(PeerState.DOWN);
  }

  @Test
  void fiveServerFaultsInARowEjectAndTimeBringsProbation() {
    FakeServer bad = bench.up("tcp://a:1");
    bench.up("tcp://b:1");
    bench.up("tcp://c:1");
    failCalls(bad, 4);
    assertThat(bench.state(bad)).isEqualTo(PeerState.UP);
    failCalls(bad, 1);

    assertThat(bench.state(bad)).isEqualTo(PeerState.EJECTED);
    assertThat(bench.lastReason()).isEqualTo("5 failures in a row");
    bench.advanceMs(990);
    assertThat(bench.state(bad)).isEqualTo(PeerState.EJECTED);
    bench.advanceMs(20);
    assertThat(bench.state(bad)).isEqualTo(PeerState.PROBATION);
    failCalls(bad, 5);
    assertThat(bench.state(bad)).isEqualTo(PeerState.EJECTED);
    bench.advanceMs(1990);
    assertThat(bench.state(bad))
        .as("the second time takes twice as long")
        .isEqualTo(PeerState.EJECTED);
    bench.advanceMs(20);
    assertThat(bench.state(bad)).isEqualTo(PeerState.PROBATION);
  }

  @Test
  void aProbationDoesNotGiveMoreTimeToAServerThatOwesAPong() {
    FakeServer bad = bench.up("tcp://a:1");
    bench.up("tcp://b:1");
    bench.up("tcp://c:1");
    failCalls(bad, 5);
    bench.advanceMs(400);
    bad.load(0, 0); // the last that is heard; the next ping is 450 to 550 ms later
    bad.frozen = true;
    bench.advanceMs(620);
    assertThat(bench.state(bad)).isEqualTo(PeerState.PROBATION);

    bench.advanceMs(200);

    assertThat(bench.state(bad)).isEqualTo(PeerState.SUSPECT);
  }

  @Test
  void aSuccessBetweenFaultsStartsTheCountAnew() {
    FakeServer bad = bench.up("tcp://a:1");
    bench.up("tcp://b:1");
    failCalls(bad, 4);
    bench.call(READ, ClientBench.RETRY, at(bad), Duration.ofSeconds(1));
    bad.ok(bad.lastRequest());
    failCalls(bad, 4);

    assertThat(bench.state(bad)).isEqualTo(PeerState.UP);
  }

  @Test
  void errorsThatAreTheCallersFaultDoNotEject() {
    FakeServer server = bench.up("tcp://a:1");
    bench.up("tcp://b:1");
    for (int i = 0; i < 20; i++) {
      bench.call(READ, ClientBench.RETRY, at(server), Duration.ofSeconds(1));
      server.fail(server.lastRequest(), Code.INVALID_ARGUMENT);
    }

    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
  }

  @Test
  void noMoreThanAThirdIsEjectedAndNeverTheOnlyOne() {
    List<FakeServer> all =
        List.of(bench.up("tcp://a:1"), bench.up("tcp://b:1"), bench.up("tcp://c:1"));
    all.forEach(server -> failCalls(server, 9));
    long ejected =
        all.stream().filter(server -> bench.state(server) == PeerState.EJECTED).count();
    assertThat(ejected).isEqualTo(1);

    ClientBench lonely = new ClientBench();
    FakeServer only = lonely.up("tcp://a:1");
    for (int i = 0; i < 9; i++) {
      lonely.call(READ);
      only.fail(only.lastRequest(), Code.INTERNAL);
    }
    assertThat(lonely.state(only)).isEqualTo(PeerState.UP);
  }

  @Test
  void aServerWithAQueueThatCompletesNothingIsSuspectUntilItDoes() {
    FakeServer stuck = bench.up("tcp://a:1");
    FakeServer other = bench.up("tcp://b:1");
    for (int i = 0; i < 13; i++) {
      stuck.load(5, 40);
      bench.advanceMs(100);
    }
    assertThat(bench.state(stuck)).isEqualTo(PeerState.SUSPECT);
    assertThat(bench.lastReason()).isEqualTo("stalled: a queue of 5, nothing completed");
    for (int i = 0; i < 4; i++) {
      bench.call(READ);
    }
    assertThat(stuck.requests()).as("no new work").isEmpty();
    assertThat(other.requests()).hasSize(4);

    stuck.load(5, 41);
    stuck.load(4, 42);
    assertThat(bench.state(stuck)).isEqualTo(PeerState.UP);
  }

  @Test
  void aRefusalWithATimeIsObeyed() {
    FakeServer server = bench.connect("tcp://a:1");
    bench.engine.onConnected(server.connection, bench.now);
    server.refuse(Refusal.Reason.TOO_MANY_CLIENTS, 5000);
    assertThat(bench.state(server)).isEqualTo(PeerState.DOWN);
    assertThat(bench.lastReason()).isEqualTo("refused: TOO_MANY_CLIENTS, no");
    server.got.clear();

    bench.advanceMs(4900);
    assertThat(server.got).isEmpty();
    bench.advanceMs(200);
    assertThat(server.all(Hello.class)).hasSize(1);
  }

  @Test
  void aServerThatForgotTheSessionGetsANewHelloAtOnce() {
    FakeServer server = bench.up("tcp://a:1");
    server.got.clear();
    server.refuse(Refusal.Reason.UNKNOWN_SESSION, 0);

    assertThat(server.all(Hello.class)).hasSize(1);
    server.welcome(Duration.ofHours(1), false);
    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
  }

  @Test
  void aServerThatIsDisconnectedIsGoneFromTheTable() {
    FakeServer server = bench.up("tcp://a:1");
    bench.engine.disconnect(server.endpoint, bench.now);

    assertThat(bench.engine.peers(bench.now)).isEmpty();
    assertThat(bench.connections).isEmpty();
  }

  private static io.meshrpc.api.CallOptions at(FakeServer server) {
    return io.meshrpc.api.CallOptions.DEFAULT.withServer(server.endpoint);
  }

  private void failCalls(FakeServer server, int count) {
    for (int i = 0; i < count; i++) {
      bench.call(READ, ClientBench.RETRY, at(server), Duration.ofSeconds(60));
      bench.advanceMs(0);
      Request request = server.lastRequest();
      server.fail(request, Code.INTERNAL);
    }
  }
}
