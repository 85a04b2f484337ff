package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.PAY;
import static io.meshrpc.core.ClientBench.READ;
import static io.meshrpc.core.ClientBench.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Candidate;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Refusal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which servers may get a call, and what its caller hears if none may. */
class CandidatesTest {
  private static final CallOptions AT_ONCE = CallOptions.DEFAULT.withWaitForReady(false);
  private static final MethodDescriptor<byte[], byte[]> OTHER =
      ClientBench.method("Other", Idempotency.UNSPECIFIED);

  private final ClientBench bench = new ClientBench();

  @Test
  void aCallWaitsForTheFirstServerThatCanTakeIt() {
    ClientCall call = bench.call(PAY);
    FakeServer a = bench.connect("tcp://a:1");
    bench.advanceMs(3000);
    assertThat(call.isDone()).isFalse();
    a.accept();

    assertThat(a.requests()).hasSize(1);
    assertThat(a.lastRequest().timeLeftUs()).isEqualTo(7_000_000);
  }

  @Test
  void waitingCallsAreSentInTheirOrder() {
    for (int i = 0; i < 5; i++) {
      bench.call(PAY);
    }
    FakeServer a = bench.up("tcp://a:1");

    assertThat(a.requests()).extracting("seq").containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void anImpatientCallFailsAtOnceWithoutServers() {
    ClientCall call = impatient(PAY, AT_ONCE);

    assertThat(call.failure().code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(call.failure().candidates()).isEmpty();
  }

  @Test
  void anImpatientCallWaitsForAServerWhoseFateIsOpenAndNoLonger() {
    FakeServer a = bench.connect("tcp://a:1");
    FakeServer b = bench.connect("tcp://b:1");
    ClientCall call = impatient(PAY, AT_ONCE);
    a.refuse();
    assertThat(call.isDone()).isFalse();
    b.refuse();

    assertThat(call.failure().code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(whys(call)).containsExactly("connection refused", "connection refused");
  }

  @Test
  void anImpatientCallIsSentWhenItsServerComesUp() {
    FakeServer a = bench.connect("tcp://a:1");
    impatient(PAY, AT_ONCE);
    a.accept();

    assertThat(a.requests()).hasSize(1);
  }

  @Test
  void anImpatientCallDoesNotWaitForServersThatItDoesNotName() {
    bench.connect("tcp://a:1");
    ClientCall call = impatient(PAY, AT_ONCE.withServer("tcp://b:1"));

    assertThat(call.failure().code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(call.failure().candidates())
        .containsExactly(
            new Candidate(
                "tcp://a:1", PeerState.CONNECTING, "the call names another server, tcp://b:1"),
            new Candidate("tcp://b:1", PeerState.DOWN, "the client is not connected to it"));
  }

  @Test
  void anImpatientCallDoesNotWaitForAServerThatWantsItOnlyAfterItsDeadline() {
    FakeServer a = bench.up("tcp://a:1");
    ClientCall soon = impatient(PAY, AT_ONCE);
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 2_000);
    ClientCall late = impatient(PAY, AT_ONCE);
    a.turnAway(a.lastRequest(), Reason.QUEUE_FULL, 20_000);
    bench.advanceMs(1_500); // the pause before a retry is over

    assertThat(soon.isDone()).isFalse();
    assertThat(late.failure().code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(late.failure().execution()).isEqualTo(Execution.NOT_EXECUTED);
    assertThat(whys(late)).containsExactly("tried; it asked not to get the call again so soon");
  }

  @Test
  void anImpatientCallEndsWhenTheLastServerIsRemoved() {
    bench.connect("tcp://a:1");
    ClientCall call = impatient(PAY, AT_ONCE);
    bench.engine.disconnect("tcp://a:1", bench.now);

    assertThat(call.failure().code()).isEqualTo(Code.UNAVAILABLE);
  }

  @Test
  void theNamedServerIsTheOnlyOne() {
    FakeServer a = bench.up("tcp://a:1");
    FakeServer b = bench.up("tcp://b:1");
    for (int i = 0; i < 3; i++) {
      impatient(READ, AT_ONCE.withServer(b.endpoint));
      b.turnAway(b.lastRequest(), Reason.QUEUE_FULL, 0);
      bench.advanceMs(1000);
    }

    assertThat(a.requests()).isEmpty();
    assertThat(b.requests().size()).isGreaterThan(3);
  }

  @Test
  void aNamedServerThatIsDownIsWaitedForOrNot() {
    FakeServer a = bench.up("tcp://a:1");
    bench.up("tcp://b:1");
    a.refuse();
    ClientCall impatient = impatient(PAY, AT_ONCE.withServer(a.endpoint));
    ClientCall patient =
        bench.call(PAY, RETRY, CallOptions.DEFAULT.withServer(a.endpoint), Duration.ofMinutes(1));
    assertThat(whys(impatient)).first().isEqualTo("connection refused");
    a.restart().accept();

    assertThat(patient.attempts()).hasSize(1);
  }

  @Test
  void aServerThatAcceptsConnectionsAndSaysNothingIsDownAfterThreeSeconds() {
    FakeServer mute = bench.connect("tcp://a:1");
    bench.engine.onConnected(mute.connection, bench.now);
    ClientCall impatient = impatient(PAY, AT_ONCE);
    bench.advanceMs(2900);
    assertThat(impatient.isDone()).isFalse();
    bench.advanceMs(200);

    assertThat(impatient.failure().code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(whys(impatient))
        .containsExactly("it accepts connections, and does not answer Hello");
    mute.accept();
    assertThat(bench.state(mute)).isIn(PeerState.UP, PeerState.WARMING);
  }

  @Test
  void aServerThatIsNotReachedIsDownAfterTwentySecondsAndTriedAgain() {
    FakeServer lost = bench.connect("tcp://a:1"); // a firewall drops what is sent there
    bench.advanceMs(19_900);
    ClientCall impatient = impatient(PAY, AT_ONCE);
    assertThat(impatient.isDone()).isFalse();
    bench.advanceMs(200);

    assertThat(impatient.failure().code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(whys(impatient)).containsExactly("no connection within 20 s");
    int before = lost.connects;
    bench.advanceMs(10_000);
    assertThat(lost.connects).isGreaterThan(before);
    lost.accept();
    assertThat(bench.state(lost)).isIn(PeerState.UP, PeerState.WARMING);
  }

  @Test
  void aServerThatAcceptsConnectionsAndClosesThemIsDownAndTriedOnceASecond() {
    FakeServer mute = bench.connect("tcp://a:1");
    ClientCall impatient = impatient(PAY, AT_ONCE);
    for (int i = 0; i < 31; i++) {
      bench.engine.onConnected(mute.connection, bench.now); // by the transport, of its own accord
      mute.lose();
      bench.advanceMs(100);
    }
    assertThat(whys(impatient))
        .containsExactly("it accepts connections, and does not answer Hello");

    int before = mute.connects;
    for (int i = 0; i < 100; i++) {
      long asked = mute.connection;
      bench.advanceMs(100);
      if (mute.connection != asked) {
        bench.engine.onConnected(mute.connection, bench.now);
        mute.lose();
      }
    }
    assertThat(mute.connects - before).isBetween(7, 10);
    bench.advanceMs(1000);
    mute.accept();
    assertThat(bench.state(mute)).isIn(PeerState.UP, PeerState.WARMING);
  }

  @Test
  void aServerWhoseConnectionWasResetIsWaitedForAMomentBecauseItMayBeBack() {
    FakeServer server = bench.up("tcp://a:1");
    server.lose();
    ClientCall impatient = impatient(PAY, AT_ONCE);
    assertThat(impatient.isDone()).isFalse();
    server.accept();

    assertThat(impatient.attempts()).hasSize(1);
  }

  @Test
  void aMethodThatNobodyOffersIsSentNowhere() {
    FakeServer a = bench.up("tcp://a:1");
    ClientCall call = impatient(OTHER, AT_ONCE);
    ClientCall patient = bench.call(OTHER, RETRY, CallOptions.DEFAULT, Duration.ofSeconds(1));
    bench.advanceMs(1000);

    assertThat(a.requests()).isEmpty();
    assertThat(whys(call)).containsExactly("does not offer bench.Bank/Other");
    assertThat(call.failure().code()).isEqualTo(Code.UNIMPLEMENTED);
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(patient.failure().code()).isEqualTo(Code.UNIMPLEMENTED);
    assertThat(whys(patient)).containsExactly("does not offer bench.Bank/Other");
  }

  @Test
  void aMethodThatNobodyOffersYetIsWaitedForWhileAServerIsMissing() {
    bench.up("tcp://a:1");
    FakeServer b = bench.up("tcp://b:1");
    b.lose();
    ClientCall patient = bench.call(OTHER, RETRY, CallOptions.DEFAULT, Duration.ofSeconds(10));
    bench.advanceMs(1000);
    assertThat(patient.isDone()).isFalse();
    b.accept();

    assertThat(patient.failure().code()).isEqualTo(Code.UNIMPLEMENTED);
  }

  @Test
  void eachStateSaysWhyItDoesNotTakeTheCall() {
    FakeServer connecting = bench.connect("tcp://connecting:1");
    FakeServer greeted = bench.connect("tcp://greeted:1");
    bench.engine.onConnected(greeted.connection, bench.now);
    FakeServer down = bench.connect("tcp://down:1");
    down.refuse(Refusal.Reason.VERSION, 60_000);
    FakeServer draining = bench.up("tcp://draining:1");
    draining.goaway();
    FakeServer lost = bench.up("tcp://lost:1");
    lost.lose();
    FakeServer probation = probation("tcp://probation:1");
    ClientCall call = bench.call(OTHER, RETRY, CallOptions.DEFAULT, Duration.ofMillis(1));
    ClientCall read = bench.call(READ, RETRY, CallOptions.DEFAULT, Duration.ofMillis(1));
    bench.advanceMs(1);

    assertThat(call.failure().candidates())
        .containsExactly(
            new Candidate(connecting.endpoint, PeerState.CONNECTING, "no connection yet"),
            new Candidate(greeted.endpoint, PeerState.CONNECTING, "has not answered Hello yet"),
            new Candidate(down.endpoint, PeerState.DOWN, "refused: VERSION, no"),
            new Candidate(draining.endpoint, PeerState.DRAINING, "does not offer bench.Bank/Other"),
            new Candidate(lost.endpoint, PeerState.SUSPECT, "connection lost"),
            new Candidate(
                probation.endpoint, PeerState.PROBATION, "does not offer bench.Bank/Other"));
    assertThat(whys(read))
        .contains("draining: going", "on probation: not all pings are answered yet");
  }

  @Test
  void aServerAddedAtRunTimeTakesWhatWaits() {
    FakeServer a = bench.up("tcp://a:1");
    ClientCall call = bench.call(READ);
    bench.engine.disconnect(a.endpoint, bench.now);
    assertThat(call.isDone()).isFalse();
    FakeServer b = bench.up("tcp://b:1");

    assertThat(b.requests()).hasSize(1);
    b.ok(b.lastRequest());
    assertThat(call.response()).isNotNull();
  }

  @Test
  void aServerThatIsRemovedTakesCallsThatMayHaveRunWithIt() {
    FakeServer a = bench.up("tcp://a:1");
    bench.up("tcp://b:1");
    ClientCall call = bench.call(PAY);
    bench.engine.disconnect(a.endpoint, bench.now);

    assertThat(call.failure().execution()).isEqualTo(Execution.UNKNOWN);
    assertThat(call.failure().status().text()).isEqualTo("disconnected by this client");
  }

  @Test
  void whoListensHearsThatAServerThatIsRemovedIsDownUnlessItWas() {
    FakeServer a = bench.up("tcp://a:1");
    bench.engine.disconnect(a.endpoint, bench.now);
    assertThat(bench.moves(a)).containsExactly("CONNECTING>WARMING", "WARMING>UP", "UP>DOWN");
    assertThat(bench.lastReason()).isEqualTo("disconnected by this client");

    FakeServer b = bench.connect("tcp://b:1");
    b.refuse();
    assertThat(bench.moves(b)).containsExactly("CONNECTING>DOWN");
    bench.engine.disconnect(b.endpoint, bench.now);
    assertThat(bench.moves(b)).hasSize(1);
  }

  @Test
  void aServerThatIsRemovedAndAddedAgainGetsAGreaterEpoch() {
    FakeServer a = bench.up("tcp://a:1");
    long before = a.all(Hello.class).get(0).epoch();
    assertThat(before).isEqualTo(1);
    bench.engine.disconnect(a.endpoint, bench.now);
    FakeServer again = bench.up("tcp://a:1");

    assertThat(again.all(Hello.class).get(0).epoch()).isGreaterThan(before);
    assertThat(bench.state(again)).isEqualTo(PeerState.UP);
  }

  @Test
  void connectingTwiceAndDisconnectingAStrangerChangeNothing() {
    FakeServer a = bench.up("tcp://a:1");
    bench.engine.connect(a.endpoint, bench.now);
    bench.engine.disconnect("tcp://stranger:1", bench.now);

    assertThat(bench.engine.peers(bench.now)).hasSize(1);
    assertThat(a.connects).isEqualTo(1);
  }

  @Test
  void doubtfulServersGetCallsWhenNoneIsBetter() {
    FakeServer a = bench.up("tcp://a:1");
    FakeServer b = bench.up("tcp://b:1");
    a.frozen = true;
    bench.advanceMs(900);
    for (int i = 0; i < 4; i++) {
      bench.call(PAY);
    }
    assertThat(a.requests()).isEmpty();
    b.lose();
    bench.call(PAY);

    assertThat(a.requests()).hasSize(1);
  }

  @Test
  void metadataBeyondTheServersLimitFailsBeforeSendingWithBothSizes() {
    FakeServer a = bench.up("tcp://a:1");
    CallOptions options = CallOptions.DEFAULT.withMetadata(Metadata.of("k", "x".repeat(600)));
    ClientCall call = bench.call(READ, RETRY, options, Duration.ofSeconds(1));

    assertThat(call.failure().code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(call.failure().status().text())
        .isEqualTo("metadata: 601 bytes (expected: <= 500, the limit of tcp://a:1)");
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(a.requests()).isEmpty();
    assertThat(bench.view(a).inFlight()).isZero();
  }

  @Test
  void payloadBeyondALimitFailsBeforeSendingWithBothSizes() {
    FakeServer a = bench.up("tcp://a:1");
    ClientCall server = sized(600);
    ClientCall client = sized(1001);

    assertThat(server.failure().status().text())
        .isEqualTo("request: 600 bytes (expected: <= 500, the limit of tcp://a:1)");
    assertThat(client.failure().status().text())
        .isEqualTo("request: 1001 bytes (expected: <= 1000, the limit of this client)");
    assertThat(List.of(server, client))
        .allMatch(call -> call.failure().execution() == Execution.NOT_SENT);
    assertThat(a.requests()).isEmpty();
  }

  @Test
  void aBalancerThatFailsFailsTheCallAndNotTheClient() {
    for (LoadBalancer bad : List.<LoadBalancer>of(
        pick -> {
          throw new IllegalStateException("oops");
        },
        pick -> null)) {
      ClientBench broken =
          new ClientBench(LivenessSettings.DEFAULTS, bad, AttemptInterceptor.NONE, 1);
      FakeServer a = broken.up("tcp://a:1");
      ClientCall call = broken.call(READ);
      broken.advanceMs(2); // a choice may be put off, for a while

      assertThat(call.failure().code()).isEqualTo(Code.INTERNAL);
      assertThat(call.failure().status().text()).startsWith("the load balancer failed: ");
      assertThat(call.failure().execution()).isEqualTo(Execution.NOT_SENT);
      assertThat(a.requests()).isEmpty();
    }
  }

  @Test
  void anInterceptorThatThrowsFailsTheCallAndNotTheClient() {
    AttemptInterceptor bad = new AttemptInterceptor() {
      @Override
      public Metadata onSend(
          MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
        throw new IllegalStateException("oops");
      }
    };
    ClientBench broken = new ClientBench(LivenessSettings.DEFAULTS, new RoundRobin(), bad, 1);
    FakeServer a = broken.up("tcp://a:1");
    ClientCall call = broken.call(READ);

    assertThat(call.failure().code()).isEqualTo(Code.INTERNAL);
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(a.requests()).isEmpty();
    assertThat(broken.view(a).inFlight()).isZero();
  }

  private ClientCall sized(int bytes) {
    ClientCall call =
        new ClientCall(READ, new byte[bytes], CallOptions.DEFAULT, RETRY, 1_000_000_000L, "ticket");
    bench.engine.start(call, bench.now);
    return call;
  }

  private ClientCall impatient(MethodDescriptor<?, ?> method, CallOptions options) {
    return bench.call(method, RETRY, options, Duration.ofSeconds(10));
  }

  /** A server that was refused and is back, with its pings unanswered. */
  private FakeServer probation(String endpoint) {
    FakeServer server = bench.up(endpoint);
    server.frozen = true;
    server.refuse();
    server.accept();
    assertThat(bench.state(server)).isEqualTo(PeerState.PROBATION);
    return server;
  }

  private static List<String> whys(ClientCall call) {
    return call.failure().candidates().stream().map(Candidate::reason).toList();
  }
}
