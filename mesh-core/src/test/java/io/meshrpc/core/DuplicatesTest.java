package io.meshrpc.core;

import static io.meshrpc.core.ServerBench.MS;
import static io.meshrpc.core.ServerBench.SECOND;
import static io.meshrpc.core.ServerBench.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Response;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A call that comes twice: what the server remembers of it, and for how long. */
class DuplicatesTest {
  private static final int NOTE_BYTES = 64; // what each answer counts beside what it holds

  // ---- queued or running

  @Test
  void attachesToRunningWorkAndAnswersOnTheLatestConnectionWithTheLatestAttempt() {
    ServerBench bench = ServerBench.withWorkers(2);
    Client ann = bench.client();
    bench.request(ann, 1);
    reconnect(bench, ann);

    bench.send(ann, ask(1).attempt(2).repeat().build());
    bench.finishAll();

    assertThat(bench.startedSeqs()).containsExactly(1L);
    Response answer = bench.onlyAnswerTo(ann);
    assertThat(answer.attempt()).isEqualTo(2);
    assertThat(answer.execution()).isSameAs(Execution.EXECUTED);
    assertThat(bench.sent.get(bench.sent.size() - 1).session()).isEqualTo(ann.session);
  }

  @Test
  void attachesToQueuedWork() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1, 2);

    bench.send(ann, ask(2).attempt(2).repeat().build());
    assertThat(bench.queued()).isEqualTo(1);
    bench.finishAll();

    assertThat(bench.startedSeqs()).containsExactly(1L, 2L);
    assertThat(bench.packetsTo(ann, Response.class).get(1).attempt()).isEqualTo(2);
  }

  @Test
  void attachesToIdempotentWorkToo() {
    ServerBench bench = ServerBench.withWorkers(2);
    Client ann = bench.client();
    bench.send(ann, ask(1).idempotent().build());

    bench.send(ann, ask(1).attempt(2).idempotent().repeat().build());
    bench.finishAll();

    assertThat(bench.startedSeqs()).containsExactly(1L);
    assertThat(bench.onlyAnswerTo(ann).attempt()).isEqualTo(2);
  }

  @Test
  void keepsTheLatestAttemptWhenAnEarlierOneComesLate() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, ask(1).attempt(3).build());

    bench.send(ann, ask(1).attempt(2).repeat().build());
    bench.finishAll();

    assertThat(bench.onlyAnswerTo(ann).attempt()).isEqualTo(3);
  }

  @Test
  void answersARepeatOfWorkWhoseDeadlineHasPassedWhenItEnds() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, ask(1).leftMs(5).build());
    bench.pass(5 * MS);
    bench.forget();

    bench.send(ann, ask(1).attempt(2).repeat().build());
    bench.finishAll();

    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
    assertThat(bench.startedSeqs()).isEmpty(); // not again
  }

  // ---- ended, answer remembered

  @Test
  void sendsTheSameAnswerAgainWithThisAttemptsNumber() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.finish(bench.running.get(0), Code.OK, "paid".getBytes(StandardCharsets.UTF_8));
    bench.disconnect(ann);
    bench.connect(ann);

    bench.send(ann, ask(1).attempt(2).repeat().build());

    Response answer = bench.onlyAnswerTo(ann);
    assertThat(answer.attempt()).isEqualTo(2);
    assertThat(answer.code()).isSameAs(Code.OK);
    assertThat(answer.payload()).asString().isEqualTo("paid");
    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @Test
  void neverRunsARememberedCallEvenIfTheClientDoesNotCallItARepeat() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    run(bench, ann, 1);

    bench.request(ann, 1);

    assertThat(bench.startedSeqs()).isEmpty();
    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
  }

  @Test
  void remembersFailuresOfTheHandlerToo() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.finish(bench.running.get(0), Code.FAILED_PRECONDITION, new byte[0]);
    bench.forget();

    bench.send(ann, ask(1).attempt(2).repeat().build());

    assertThat(bench.onlyAnswerTo(ann).code()).isSameAs(Code.FAILED_PRECONDITION);
    assertThat(bench.startedSeqs()).isEmpty();
  }

  @Test
  void remembersTheAnswerThatCameAfterTheDeadline() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, ask(1).leftMs(5).build());
    bench.pass(5 * MS);
    bench.finishFirst(MS);
    bench.forget();

    bench.send(ann, ask(1).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
    assertThat(bench.startedSeqs()).isEmpty();
  }

  @Test
  void remembersTheAnswerThatFoundNoConnection() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.disconnect(ann);
    bench.forget();
    bench.finishFirst(MS);
    assertThat(bench.sent).isEmpty();
    bench.connect(ann);

    bench.send(ann, ask(1).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
  }

  @Test
  void remembersEvenWhileDraining() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    run(bench, ann, 1);
    bench.engine.drain("", SECOND, bench.now);
    bench.forget();

    bench.send(ann, ask(1).attempt(2).repeat().build(), ask(2).build());

    assertThat(bench.answersTo(ann))
        .containsExactly("1 EXECUTED HANDLER", "2 NOT_EXECUTED DRAINING");
  }

  // ---- acknowledged

  @Test
  void forgetsWhatTheClientAcknowledges() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    run(bench, ann, 1, 2);
    ann.ackBelow = 2;

    bench.send(ann, ask(1).attempt(2).repeat().build());
    bench.send(ann, ask(2).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("2 EXECUTED HANDLER"); // none for the first
    assertThat(bench.startedSeqs()).isEmpty();
  }

  @Test
  void anAcknowledgementDoesNotCountAsForgetting() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    run(bench, ann, 1, 2, 3);
    ann.ackBelow = 4;

    bench.send(ann, ask(4).attempt(2).repeat().build());

    assertThat(bench.startedSeqs()).containsExactly(4L);
  }

  @Test
  void neverRunsANumberBelowTheAcknowledgement() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    ann.ackBelow = 10;

    bench.request(ann, 9, 10);

    assertThat(bench.startedSeqs()).containsExactly(10L);
    assertThat(bench.answersTo(ann)).isEmpty();
  }

  @Test
  void anAcknowledgementOnlyGrows() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.batch(ann.route, ann.session, 10);

    bench.batch(ann.route, ann.session, 3, ask(5).build());
    bench.batch(ann.route, ann.session, 0, ask(6).build());

    assertThat(bench.startedSeqs()).isEmpty();
    assertThat(bench.answersTo(ann)).isEmpty();
  }

  @Test
  void doesNotRememberWhatWasAcknowledgedWhileItRan() {
    ServerBench bench =
        new ServerBench(new Limits().workers(2).rememberedCountMax(1).build());
    Client ann = bench.client();
    bench.request(ann, 1, 2);
    bench.finish(bench.running.get(1));
    bench.batch(ann.route, ann.session, 2);
    bench.finishAll(); // would push out the answer to 2
    bench.forget();

    bench.send(ann, ask(2).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("2 EXECUTED HANDLER");
  }

  @Test
  void anAcknowledgementFreesWhatEndedLaterToo() {
    RecentRequests recent = recent(new Limits());
    recent.remember(answer(9, 100), 1); // ended first, and is still open at the client
    recent.remember(answer(3, 100), 2);
    recent.remember(answer(4, 100), 3);

    recent.acknowledge(5);

    assertThat(recent.count()).isEqualTo(1);
    assertThat(recent.bytes()).isEqualTo(100 + NOTE_BYTES);
    assertThat(recent.response(9)).isNotNull();
  }

  // ---- forgotten by count, bytes, age

  @Test
  void remembersAsManyAsTheLimitAndForgetsTheOldestBeyondIt() {
    ServerBench bench = new ServerBench(new Limits().rememberedCountMax(2).build());
    Client ann = bench.client();
    run(bench, ann, 1, 2);
    bench.send(ann, ask(1).attempt(2).repeat().build());
    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");

    run(bench, ann, 3);
    bench.send(ann, ask(1).attempt(3).repeat().build());
    bench.send(ann, ask(2).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("1 UNKNOWN FORGOTTEN", "2 EXECUTED HANDLER");
    assertThat(bench.packetsTo(ann, Response.class).get(0).code()).isSameAs(Code.UNAVAILABLE);
    assertThat(bench.startedSeqs()).isEmpty();
  }

  @Test
  void remembersAsManyBytesAsTheLimitAndForgetsTheOldestBeyondIt() {
    RecentRequests recent = recent(new Limits().rememberedBytesMax(2L * (100 + NOTE_BYTES)));
    recent.remember(answer(1, 100), 0);
    recent.remember(answer(2, 100), 0);
    assertThat(recent.count()).isEqualTo(2);

    recent.acknowledge(1);
    recent.remember(answer(3, 1), 0);

    assertThat(recent.response(1)).isNull();
    assertThat(recent.mayHaveForgotten(1)).isTrue();
    assertThat(recent.count()).isEqualTo(2);
    assertThat(recent.bytes()).isEqualTo(101 + 2 * NOTE_BYTES);
  }

  @Test
  void countsTextAndMetadataOfAnAnswer() {
    RecentRequests recent = recent(new Limits());

    recent.remember(
        new Response(
            1,
            1,
            Execution.EXECUTED,
            Code.INTERNAL,
            Reason.HANDLER,
            "x".repeat(1000),
            0,
            0,
            0,
            0,
            Metadata.of("key", "y".repeat(497)),
            new byte[10]),
        0);

    assertThat(recent.bytes()).isEqualTo(1510 + NOTE_BYTES);
  }

  @Test
  void anIdempotentCallRunsAgainWhateverWasForgotten() {
    ServerBench small = new ServerBench(new Limits().rememberedCountMax(4).build());
    Client one = small.client();
    small.send(one, ask(1).idempotent().build());
    for (int seq = 2; seq <= 11; seq++) {
      small.request(one, seq);
    }
    small.finishAll();
    small.disconnect(one);
    small.connect(one);
    small.forget();
    small.send(one, ask(1).attempt(2).idempotent().repeat().build());

    assertThat(small.running).singleElement().satisfies(call -> {
      assertThat(call.seq()).isEqualTo(1);
    });
  }

  @Test
  void anAnswerBeyondTheBytesIsForgottenAloneAndNotAllTheOthers() {
    ServerBench bench = new ServerBench(new Limits().rememberedBytesMax(1000).build());
    Client ann = bench.client();
    run(bench, ann, 1);
    bench.request(ann, 2);
    bench.finish(bench.running.get(0), Code.OK, new byte[1000]);
    bench.forget();

    bench.send(
        ann, ask(1).attempt(2).repeat().build(), ask(2).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER", "2 UNKNOWN FORGOTTEN");
  }

  @Test
  void anAnswerMayHaveAllTheBytesAndNotOneMore() {
    RecentRequests recent = recent(new Limits().rememberedBytesMax(1000));
    recent.remember(answer(1, 1000 - NOTE_BYTES), 0);
    assertThat(recent.response(1)).isNotNull();

    recent.remember(answer(2, 1001 - NOTE_BYTES), 0);

    assertThat(recent.response(2)).isNull();
    assertThat(recent.mayHaveForgotten(2)).isTrue();
    assertThat(recent.response(1)).isNotNull();
  }

  @Test
  void forgetsAnswersOlderThanTheLimitAndNotBefore() {
    RecentRequests recent = recent(new Limits());
    recent.remember(answer(1, 0), 100);
    recent.remember(answer(2, 0), 101);

    recent.forgetOlderThan(100);
    assertThat(recent.count()).isEqualTo(2);

    recent.forgetOlderThan(101);
    assertThat(recent.count()).isEqualTo(1);
    assertThat(recent.mayHaveForgotten(1)).isTrue();
    assertThat(recent.mayHaveForgotten(2)).isFalse();
  }

  @Test
  void forgetsAnswersAfterAMinute() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    run(bench, ann, 1);
    bench.pass(60 * SECOND);
    bench.send(ann, ask(1).attempt(2).repeat().build());
    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
    bench.forget();

    bench.pass(SECOND);
    bench.send(ann, ask(1).attempt(3).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("1 UNKNOWN FORGOTTEN");
  }

  @Test
  void remembersNothingIfToldSo() {
    ServerBench bench = new ServerBench(new Limits().rememberedCountMax(0).build());
    Client ann = bench.client();
    run(bench, ann, 1);

    bench.send(ann, ask(1).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("1 UNKNOWN FORGOTTEN");
    assertThat(bench.startedSeqs()).isEmpty();
  }

  // ---- not known

  @Test
  void aRepeatThatNeverCameIsANewCallIfNothingSoRecentWasForgotten() {
    ServerBench bench =
        new ServerBench(new Limits().workers(9).rememberedCountMax(1).build());
    Client ann = bench.client();
    run(bench, ann, 4, 5); // 4 is forgotten

    bench.send(
        ann, ask(4).attempt(2).repeat().build(), ask(3).attempt(2).repeat().build());
    bench.send(ann, ask(6).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("4 UNKNOWN FORGOTTEN", "3 UNKNOWN FORGOTTEN");
    assertThat(bench.startedSeqs()).containsExactly(6L);
  }

  @Test
  void aFirstAttemptIsANewCallHoweverLowItsNumber() {
    ServerBench bench = new ServerBench(new Limits().rememberedCountMax(0).build());
    Client ann = bench.client();
    run(bench, ann, Long.MAX_VALUE);

    bench.request(ann, 1); // waited long elsewhere

    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @Test
  void idempotentCallsAreNotRememberedAndRunAgain() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, ask(1).idempotent().build());
    bench.finishAll();

    bench.send(ann, ask(1).attempt(2).idempotent().repeat().build());

    assertThat(bench.startedSeqs()).containsExactly(1L, 1L);
  }

  @Test
  void notExecutedIsNotRemembered() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(0).build());
    Client ann = bench.client();
    bench.request(ann, 1, 2);
    bench.finishAll();
    assertThat(bench.answersTo(ann)).contains("2 NOT_EXECUTED QUEUE_FULL");

    bench.send(ann, ask(2).attempt(2).build());

    assertThat(bench.startedSeqs()).containsExactly(1L, 2L);
  }

  @Test
  void workThatExpiredInTheQueueIsJudgedAnew() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.send(ann, ask(2).leftMs(1).build());
    bench.pass(MS);
    bench.finishAll();

    bench.send(ann, ask(2).attempt(2).repeat().build());

    assertThat(bench.startedSeqs()).containsExactly(1L, 2L);
  }

  // ---- for a client that was away so long that it was forgotten

  @Test
  void aClientThatWasForgottenIsNotServedTwice() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.disconnect(ann);
    bench.finishFirst(MS);
    for (int i = 0; i < 130; i++) {
      bench.pass(SECOND);
    }
    bench.connect(ann);
    bench.forget();

    bench.send(ann, ask(1).attempt(2).repeat().build());
    bench.send(ann, ask(2).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("1 UNKNOWN FORGOTTEN");
    assertThat(bench.startedSeqs()).containsExactly(2L); // nothing so recent was forgotten
  }

  @Test
  void anAnswerThatCameLongAfterItsClientLeftIsRememberedAsLongAsAnyOther() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, ask(1).leftMs(600_000).build());
    bench.disconnect(ann);
    bench.pass(90 * SECOND);
    bench.finishAll();

    bench.pass(59 * SECOND);
    bench.connect(ann);
    bench.send(ann, ask(1).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
    assertThat(bench.started).hasSize(1);
  }

  @Test
  void whatIsKeptOfForgottenClientsIsBoundedAndStaysSafe() {
    DepartedClients departed = new DepartedClients(2);
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.newcomer();
    Client bob = bench.newcomer();
    Client cid = bench.newcomer();
    Client dan = bench.newcomer();

    departed.add(bob.id, PeerIdentity.NONE, 0);
    assertThat(departed.count()).isZero(); // ran nothing
    departed.add(bob.id, PeerIdentity.NONE, 50);
    departed.add(cid.id, PeerIdentity.NONE, 60);
    departed.add(dan.id, PeerIdentity.NONE, 70);

    assertThat(departed.count()).isEqualTo(2);
    assertThat(departed.take(cid.id, 2)).isEqualTo(60);
    assertThat(departed.take(cid.id, 2)).isEqualTo(50); // bob's, for nobody knows any more
    assertThat(departed.take(bob.id, 2)).isEqualTo(50);
    assertThat(departed.take(ann.id, 1)).isZero(); // says Hello for the first time
  }

  private static RecentRequests recent(Limits limits) {
    return new RecentRequests(limits.build(), 0);
  }

  private static Response answer(long seq, int bytes) {
    return new Response(
        seq,
        1,
        Execution.EXECUTED,
        Code.OK,
        Reason.HANDLER,
        "",
        0,
        0,
        0,
        0,
        Metadata.EMPTY,
        new byte[bytes]);
  }

  private static void reconnect(ServerBench bench, Client client) {
    bench.disconnect(client);
    bench.connect(client);
  }

  /** Runs calls to their end. */
  private static void run(ServerBench bench, Client client, long... seqs) {
    bench.request(client, seqs);
    bench.finishAll();
    bench.forget();
  }
}
