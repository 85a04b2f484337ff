package io.meshrpc.core;

import static io.meshrpc.core.ServerBench.MS;
import static io.meshrpc.core.ServerBench.SECOND;
import static io.meshrpc.core.ServerBench.ask;
import static io.meshrpc.core.ServerBench.helloOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.core.ServerBench.Sent;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Goaway;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Pong;
import io.meshrpc.wire.Probe;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.Welcome;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom a server listens to: Hello, Welcome, Refusal, and the fence of the session number. */
class ServerSessionTest {
  // ---- Hello

  @Test
  void answersOneHelloOfABatch() {
    ServerBench bench = ServerBench.withWorkers(1);
    NodeId ann = new NodeId(5, 5);
    Hello[] hellos = new Hello[1000];
    for (int i = 0; i < hellos.length; i++) {
      hellos[i] = new Hello(ann, i + 1, 1, 1, 0, "ann", 0);
    }
    bench.batch(50, 0, 0, hellos);

    assertThat(bench.sentTo(50)).singleElement().satisfies(sent -> {
      assertThat(((Welcome) sent.packet()).epoch()).isEqualTo(1000);
    });
  }

  @Test
  void welcomesWithWhatTheClientMustKnow() {
    ServerBench bench = ServerBench.withWorkers(1);
    bench.now = 1500 * MS;

    Client ann = bench.client();

    Welcome welcome = onlyWelcomeTo(bench, ann);
    assertThat(welcome.epoch()).isEqualTo(1);
    assertThat(welcome.session()).isNotZero();
    assertThat(welcome.version()).isEqualTo(1);
    assertThat(welcome.features()).isZero();
    assertThat(welcome.name()).isEqualTo("bench");
    assertThat(welcome.services()).singleElement().satisfies(service -> {
      assertThat(service.name()).isEqualTo("bench.Bank");
      assertThat(service.methods()).extracting("number").containsExactly(1, 2);
    });
    assertThat(welcome.requestBytesMax()).isEqualTo(4 << 20);
    assertThat(welcome.metadataBytesMax()).isEqualTo(8 << 10);
    assertThat(welcome.uptimeMs()).isEqualTo(1500);
    assertThat(welcome.draining()).isFalse();
    assertThat(bench.sentTo(ann.route).get(0).session()).isZero();
  }

  @Test
  void givesEachHelloASessionOfItsOwn() {
    ServerBench bench = ServerBench.withWorkers(1);
    Set<Long> sessions = new HashSet<>();

    for (int i = 0; i < 100; i++) {
      Client client = bench.client();
      sessions.add(client.session);
      bench.connect(client);
      sessions.add(client.session);
    }

    assertThat(sessions).hasSize(200).doesNotContain(0L);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, true", "0, 1, true", "1, 9, true", "2, 3, false", "0, 0, false"})
  void speaksVersionOneOrRefuses(int min, int max, boolean welcome) {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.newcomer();
    ann.route = 50;

    bench.batch(50, 0, 0, new Hello(ann.id, 1, min, max, -1, "ann", 0));

    assertThat(bench.packetsTo(ann, Welcome.class)).hasSize(welcome ? 1 : 0);
    if (!welcome) {
      Refusal refusal = onlyRefusalTo(bench, ann);
      assertThat(refusal.reason()).isSameAs(Refusal.Reason.VERSION);
      assertThat(refusal.versionMin()).isEqualTo(1);
      assertThat(refusal.versionMax()).isEqualTo(1);
      assertThat(refusal.epoch()).isEqualTo(1);
      assertThat(bench.engine.nextTick()).isEqualTo(Long.MAX_VALUE); // and keeps nothing
    }
  }

  @Test
  void refusesAnEpochOfZero() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.newcomer();
    ann.route = 50;

    bench.batch(50, 0, 0, helloOf(ann));

    assertThat(onlyRefusalTo(bench, ann).reason()).isSameAs(Refusal.Reason.MALFORMED);
    assertThat(bench.packetsTo(ann, Welcome.class)).isEmpty();
  }

  @Test
  void takesTheGreatestEpochThereIs() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.newcomer();
    ann.epoch = Long.MAX_VALUE - 1;

    bench.connect(ann);
    bench.request(ann, 1);

    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @Test
  void givesTheSameWelcomeToTheSameHelloOnTheSameConnection() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1, 2);

    bench.batch(ann.route, 0, 0, helloOf(ann));
    bench.batch(ann.route, 0, 0, helloOf(ann));

    List<Welcome> all = bench.packetsTo(ann, Welcome.class);
    assertThat(all).hasSize(3);
    assertThat(all).extracting(Welcome::session).containsOnly(ann.session);
    assertThat(bench.queued()).isEqualTo(1); // nothing was taken back
  }

  @Test
  void aHelloThatCameAgainChangesNothing() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();

    bench.batch(ann.route, 0, 0, new Hello(ann.id, ann.epoch, 1, 1, 0, "eve", 1));
    bench.request(ann, 1);
    bench.finish(bench.running.get(0), Code.OK, new byte[100]);

    assertThat(bench.started.get(0).callerName()).isEqualTo("c1");
    assertThat(bench.onlyAnswerTo(ann).payload()).hasSize(100);
  }

  @Test
  void ignoresTheSameEpochOnAnotherConnection() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();

    bench.batch(77, 0, 0, helloOf(ann));

    assertThat(bench.sentTo(77)).isEmpty();
    bench.request(ann, 1);
    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @Test
  void ignoresALowerEpochWhereverItComes() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.newcomer();
    ann.epoch = 4;
    bench.connect(ann);
    bench.forget();
    Hello late = new Hello(ann.id, 3, 1, 1, 0, "ann", 0);

    bench.batch(ann.route, 0, 0, late);
    bench.batch(77, 0, 0, late);

    assertThat(bench.sent).isEmpty();
    bench.request(ann, 1);
    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @Test
  void doesNotBringBackASessionWhoseConnectionHasEnded() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.disconnect(ann);
    bench.forget();

    bench.batch(ann.route, 0, 0, helloOf(ann));
    bench.request(ann, 1);

    assertThat(bench.packetsTo(ann, Welcome.class)).isEmpty();
    assertThat(bench.startedSeqs()).isEmpty();
  }

  @Test
  void theNewestOfSeveralHellosInABatchIsTheOneThatCounts() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.newcomer();
    ann.route = 50;
    Hello first = new Hello(ann.id, 1, 1, 1, 0, "ann", 0);
    Hello second = new Hello(ann.id, 2, 1, 1, 0, "ann", 0);

    bench.batch(50, 0, 0, first, second, first);

    List<Welcome> all = bench.packetsTo(ann, Welcome.class);
    assertThat(all).extracting(Welcome::epoch).containsExactly(2L);
    bench.batch(50, all.get(0).session(), 0, ask(2).build());
    assertThat(bench.startedSeqs()).containsExactly(2L);
  }

  // ---- as many clients as there may be

  @Test
  void takesAsManyClientsAsTheLimitAndNotOneMore() {
    ServerBench bench = new ServerBench(new Limits().clientsMax(2).build());
    Client ann = bench.client();
    Client bob = bench.client();
    Client cid = bench.client();

    assertThat(ann.session).isNotZero();
    assertThat(bob.session).isNotZero();
    assertThat(cid.session).isZero();
    Refusal refusal = onlyRefusalTo(bench, cid);
    assertThat(refusal.reason()).isSameAs(Refusal.Reason.TOO_MANY_CLIENTS);
    assertThat(refusal.retryAfterMs()).isPositive();
    assertThat(refusal.epoch()).isEqualTo(1);
  }

  @Test
  void aKnownClientMayComeAgainHoweverManyThereAre() {
    ServerBench bench = new ServerBench(new Limits().clientsMax(1).build());
    Client ann = bench.client();
    bench.disconnect(ann);

    bench.connect(ann);

    assertThat(ann.session).isNotZero();
  }

  @Test
  void takesAnotherClientWhenOneWasForgotten() {
    ServerBench bench = new ServerBench(new Limits().clientsMax(1).build());
    Client ann = bench.client();
    bench.disconnect(ann);
    bench.pass(61 * SECOND);

    assertThat(bench.client().session).isNotZero();
  }

  // ---- the fence

  @ParameterizedTest
  @ValueSource(strings = {"earlier", "other connection", "never issued", "none", "disconnected"})
  void aRequestOfAnythingButTheLatestSessionNeverRuns(String what) {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    long route = ann.route;
    long session = ann.session;
    switch (what) {
      case "earlier" -> bench.hello(ann);
      case "other connection" -> route = 77;
      case "never issued" -> session++;
      case "none" -> session = 0;
      default -> bench.disconnect(ann);
    }
    bench.forget();

    bench.batch(route, session, 0, ask(1).attempt(3).build(), ask(2).build());
    bench.pass(SECOND);

    assertThat(bench.started).isEmpty();
    assertThat(bench.queued()).isZero();
    List<Response> answers = bench.sentTo(route).stream()
        .map(Sent::packet)
        .filter(Response.class::isInstance)
        .map(Response.class::cast)
        .toList();
    assertThat(answers).extracting(Response::seq).containsExactly(1L, 2L);
    assertThat(answers).extracting(Response::attempt).containsExactly(3, 1);
    assertThat(answers).allSatisfy(answer -> {
      assertThat(answer.execution()).isSameAs(Execution.NOT_EXECUTED);
      assertThat(answer.code()).isSameAs(Code.UNAVAILABLE);
      assertThat(answer.reason()).isSameAs(Reason.STALE_SESSION);
    });
    assertThat(bench.sent).allMatch(sent -> sent.session() == 0);
  }

  @Test
  void aStrangersBatchGetsOneRefusalForAllItsRecords() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.newcomer();
    ann.route = 50;
    ann.session = 1234;

    bench.send(ann, new Ping(1), new Probe(2, 1), new Cancel(3, 1, false), new Ping(4));

    Refusal refusal = onlyRefusalTo(bench, ann);
    assertThat(refusal.reason()).isSameAs(Refusal.Reason.UNKNOWN_SESSION);
    assertThat(refusal.epoch()).isZero();
    assertThat(bench.sent).hasSize(1);

    bench.send(ann, new Ping(5));
    assertThat(bench.refusalsTo(ann)).hasSize(2);
  }

  @Test
  void aStrangersEmptyBatchGetsNoAnswer() {
    ServerBench bench = ServerBench.withWorkers(1);

    bench.batch(50, 1234, 99);

    assertThat(bench.sent).isEmpty();
  }

  @Test
  void whatOnlyServersSayIsIgnored() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    Welcome welcome = onlyWelcomeTo(bench, ann);
    bench.forget();

    for (long session : new long[] {0, ann.session}) {
      bench.batch(
          ann.route,
          session,
          0,
          welcome,
          new Goaway("", 1),
          new Pong(1),
          new Cancelled(1, 1, Cancelled.Stage.NOT_STARTED),
          Answers.stale(1, 1),
          ClientSessions.unknownSession());
    }

    assertThat(bench.sent).isEmpty();
  }

  @Test
  void aHelloInTheMiddleOfABatchEndsTheSessionOfTheRest() {
    ServerBench bench = ServerBench.withWorkers(9);
    Client ann = bench.client();
    Hello next = new Hello(ann.id, 2, 1, 1, 0, "ann", 0);
    bench.forget();

    bench.send(ann, ask(1).build(), next, ask(2).build());

    assertThat(bench.startedSeqs()).doesNotContain(2L);
    assertThat(bench.answersTo(ann)).contains("2 NOT_EXECUTED STALE_SESSION");
  }

  // ---- two clients

  @Test
  void twoClientsWithTheSameNumbersAreNeverMixedUp() {
    ServerBench bench = ServerBench.withWorkers(2);
    Client ann = bench.client();
    Client bob = bench.client();
    bench.request(ann, 1);
    bench.request(bob, 1);
    assertThat(bench.started).hasSize(2);

    bench.cancel(bob, 1);
    assertThat(bench.told).containsExactly(bench.started.get(1));
    bench.finish(bench.started.get(0), Code.OK, new byte[] {1});
    bench.finish(bench.started.get(1), Code.OK, new byte[] {2});
    assertThat(bench.onlyAnswerTo(ann).payload()).containsExactly(1);
    assertThat(bench.onlyAnswerTo(bob).payload()).containsExactly(2);

    bench.forget();
    bench.batch(ann.route, ann.session, 2); // acknowledges her own only
    bench.send(bob, ask(1).attempt(2).repeat().build());
    assertThat(bench.onlyAnswerTo(bob).payload()).containsExactly(2);
  }

  @Test
  void nobodyReachesAnothersCallsByHerSessionNumber() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    Client eve = bench.client();
    bench.request(ann, 1, 2);
    bench.forget();

    bench.batch(
        eve.route,
        ann.session,
        100,
        new Cancel(1, 1, false),
        new Cancel(2, 1, true),
        ask(1).attempt(2).repeat().build());
    bench.finishAll();

    assertThat(bench.told).isEmpty();
    assertThat(bench.startedSeqs()).containsExactly(2L);
    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER", "2 EXECUTED HANDLER");
    assertThat(bench.cancelledTo(eve)).isEmpty();
    assertThat(bench.answersTo(eve)).containsExactly("1 NOT_EXECUTED STALE_SESSION");
    bench.send(ann, ask(1).attempt(3).repeat().build()); // eve acknowledged nothing of hers
    assertThat(bench.answersTo(ann)).hasSize(3);
  }

  @Test
  void anotherClientOnTheSameConnectionEndsTheSessionThere() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1, 2);
    Client bob = bench.newcomer();
    bob.route = ann.route;
    bench.hello(bob);
    bench.forget();

    bench.request(ann, 3);
    bench.finishAll();
    bench.disconnect(bob);

    assertThat(bench.startedSeqs()).isEmpty(); // neither her queued work nor new work
    assertThat(bench.answersTo(ann)).containsExactly("3 NOT_EXECUTED STALE_SESSION");
    assertThat(bench.sent).noneMatch(sent -> sent.session() == ann.session);
  }

  // ---- the end of a session, and what outlives it

  @Test
  void queuedWorkOfALostConnectionIsNotStarted() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1, 2);
    bench.disconnect(ann);
    bench.connect(ann);

    bench.finishAll();
    assertThat(bench.startedSeqs()).containsExactly(1L);

    bench.send(ann, ask(2).attempt(2).repeat().build());
    assertThat(bench.startedSeqs()).containsExactly(1L, 2L);
  }

  @Test
  void queuedWorkOfAConnectionThatWasReplacedUnnoticedIsNotStarted() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1, 2);
    long lost = ann.route;
    bench.connect(ann); // and nobody has told the server that the first has ended

    bench.finishAll();
    assertThat(bench.startedSeqs()).containsExactly(1L);

    bench.engine.onDisconnect(lost, bench.now); // late news change nothing
    bench.send(ann, ask(2).attempt(2).repeat().build());
    assertThat(bench.startedSeqs()).containsExactly(1L, 2L);
  }

  @Test
  void runningWorkOutlivesItsConnection() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.disconnect(ann);
    bench.connect(ann);

    bench.finishAll();

    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
    assertThat(bench.told).isEmpty();
  }

  @Test
  void sendsNothingToAConnectionThatHasEnded() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, ask(1).leftMs(5).build());
    bench.disconnect(ann);
    bench.forget();

    bench.pass(5 * MS);
    bench.finishAll();
    bench.engine.drain("", 0, bench.now);

    assertThat(bench.sent).isEmpty();
  }

  @Test
  void keepsASessionForAMinuteOfSilenceAndNotLonger() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.pass(60 * SECOND);
    bench.send(ann, new Ping(1));
    assertThat(bench.packetsTo(ann, Pong.class)).hasSize(1);

    bench.pass(60 * SECOND);
    assertThat(bench.closedRoutes).isEmpty();
    bench.pass(SECOND);
    bench.send(ann, new Ping(2));

    assertThat(bench.closedRoutes).containsExactly(ann.route);
    assertThat(bench.refusalsTo(ann)).containsExactly(Refusal.Reason.UNKNOWN_SESSION);
  }

  @Test
  void keepsASilentClientWhileItHasWorkAndAMinuteLonger() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, ask(1).leftMs(600_000).build());
    bench.pass(300 * SECOND);
    bench.finishAll();

    bench.pass(60 * SECOND);
    bench.send(ann, new Ping(1));

    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
    assertThat(bench.packetsTo(ann, Pong.class)).hasSize(1);
  }

  @Test
  void theMemoryOutlivesAnIdleSessionIfItIsToldToKeepAnswersLonger() {
    ServerBench bench = new ServerBench(
        new Limits().sessionIdleNs(10 * SECOND).rememberedAgeNs(60 * SECOND).build());
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.finishAll();
    bench.pass(11 * SECOND);
    assertThat(bench.closedRoutes).containsExactly(ann.route);
    bench.batch(ann.route, 0, 0, helloOf(ann)); // the same epoch brings nothing back
    assertThat(bench.packetsTo(ann, Welcome.class)).hasSize(1);
    bench.hello(ann);
    bench.forget();

    bench.send(ann, ask(1).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
    assertThat(bench.started).isEmpty();
  }

  @Test
  void wantsNoTickOnceAllClientsAreForgotten() {
    ServerBench bench = ServerBench.withWorkers(1);
    IntStream.range(0, 5).forEach(i -> bench.disconnect(bench.client()));
    assertThat(bench.engine.nextTick()).isEqualTo(SECOND);

    bench.pass(61 * SECOND);

    assertThat(bench.engine.nextTick()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void neverThrowsForWhatAStrangerSends() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    Request odd = ask(0).attempt(0).leftUs(0).method(-5).build();

    bench.batch(-1, -1, Long.MAX_VALUE, odd, new Cancel(0, 0, true), new Probe(0, -1));
    bench.send(ann, odd, new Cancel(0, 0, true), new Probe(0, -1), new Probe(0, 99));

    assertThat(bench.answersTo(ann)).containsExactly("0 NOT_EXECUTED MALFORMED_REQUEST");
    assertThat(bench.cancelledTo(ann)).hasSize(1);
  }

  private static Welcome onlyWelcomeTo(ServerBench bench, Client client) {
    List<Welcome> all = bench.packetsTo(client, Welcome.class);
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private static Refusal onlyRefusalTo(ServerBench bench, Client client) {
    List<Refusal> all = bench.packetsTo(client, Refusal.class);
    assertThat(all).hasSize(1);
    return all.get(0);
  }
}
