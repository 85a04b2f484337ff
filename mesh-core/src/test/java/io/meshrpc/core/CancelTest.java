package io.meshrpc.core;

import static io.meshrpc.core.ServerBench.MS;
import static io.meshrpc.core.ServerBench.SECOND;
import static io.meshrpc.core.ServerBench.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Cancelled.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server does when a client no longer waits, by what has become of the call. */
class CancelTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void removesWhatIsQueuedAndSaysNoMoreOfIt(boolean onlyIfQueued) {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.send(ann, ask(2).leftMs(50).build());

    bench.send(ann, new Cancel(2, 1, onlyIfQueued));
    bench.pass(50 * MS);
    bench.finishAll();

    assertThat(bench.cancelledTo(ann)).containsExactly("2 NOT_STARTED");
    assertThat(bench.startedSeqs()).containsExactly(1L);
    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
    assertThat(bench.told).isEmpty();
  }

  @Test
  void tellsARunningHandlerAndLetsItEnd() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);

    bench.cancel(ann, 1);

    assertThat(bench.toldSeqs()).containsExactly(1L);
    assertThat(bench.cancelledTo(ann)).containsExactly("1 RUNNING");
    assertThat(bench.engine.load(bench.now).running()).isEqualTo(1);
  }

  @Test
  void leavesARunningHandlerAloneIfOnlyQueuedWorkIsMeant() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);

    bench.revoke(ann, 1);
    bench.finishAll();

    assertThat(bench.told).isEmpty();
    assertThat(bench.cancelledTo(ann)).containsExactly("1 RUNNING");
    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
  }

  @Test
  void remembersTheAnswerOfACallThatWasCancelledWhileItRan() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.cancel(ann, 1);
    bench.finish(bench.running.get(0), Code.CANCELLED, new byte[0]);
    bench.forget();

    bench.send(ann, ask(1).attempt(2).repeat().build());

    assertThat(bench.onlyAnswerTo(ann).code()).isSameAs(Code.CANCELLED);
    assertThat(bench.started).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void saysThatACallHasFinished(boolean onlyIfQueued) {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.finishAll();
    bench.forget();

    bench.send(ann, new Cancel(1, 1, onlyIfQueued));
    assertThat(bench.cancelledTo(ann)).containsExactly("1 FINISHED");
    assertThat(bench.sent).hasSize(1);

    bench.send(ann, ask(1).attempt(2).repeat().build()); // and its answer can still be had
    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
  }

  @ParameterizedTest
  @ValueSource(strings = {"acknowledged", "idempotent", "pushed out", "aged", "client forgotten"})
  void saysThatItNoLongerKnowsWhatMayHaveEnded(String how) {
    ServerBench bench = new ServerBench(new Limits().rememberedCountMax(1).build());
    Client ann = bench.client();
    ServerBench.Ask ask = ask(1);
    bench.send(ann, how.equals("idempotent") ? ask.idempotent().build() : ask.build());
    bench.finishAll();
    switch (how) {
      case "acknowledged" -> ann.ackBelow = 2;
      case "pushed out" -> {
        bench.request(ann, 2);
        bench.finishAll();
      }
      case "aged" -> bench.pass(61 * SECOND);
      case "client forgotten" -> {
        bench.pass(61 * SECOND);
        bench.pass(61 * SECOND);
        bench.hello(ann);
      }
      default -> {}
    }
    if (how.equals("aged")) {
      bench.hello(ann); // its session has ended too
    }
    bench.forget();

    bench.revoke(ann, 1);
    bench.cancel(ann, 1);

    assertThat(bench.cancelledTo(ann)).containsExactly("1 FORGOTTEN", "1 FORGOTTEN");
  }

  @Test
  void whatWasNotExecutedCountsAsNeverStarted() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(0).build());
    Client ann = bench.client();
    bench.request(ann, 1, 2);

    bench.revoke(ann, 2);

    assertThat(bench.cancelledTo(ann)).containsExactly("2 NOT_STARTED");
  }

  // ---- what never came

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsWhatNeverCameFromRunningUpToThisAttempt(boolean onlyIfQueued) {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, new Cancel(1, 2, onlyIfQueued));

    bench.send(ann, ask(1).attempt(1).build());
    bench.send(ann, ask(1).attempt(2).build());
    assertThat(bench.started).isEmpty();
    assertThat(bench.cancelledTo(ann)).containsExactly("1 NOT_STARTED");
    assertThat(bench.answersTo(ann))
        .containsExactly("1 NOT_EXECUTED REVOKED", "1 NOT_EXECUTED REVOKED");

    bench.send(ann, ask(1).attempt(3).build());
    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @Test
  void aCancelOfAnEarlierAttemptThatComesLateLiftsNoBan() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();

    bench.send(ann, new Cancel(1, 2, true));
    bench.send(ann, new Cancel(1, 1, true));
    bench.send(ann, ask(1).attempt(2).build());

    assertThat(bench.cancelledTo(ann)).containsExactly("1 NOT_STARTED", "1 NOT_STARTED");
    assertThat(bench.started).isEmpty();
  }

  @Test
  void theBanOutlivesTheSession() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.revoke(ann, 1);
    bench.disconnect(ann);
    bench.connect(ann);

    bench.request(ann, 1);

    assertThat(bench.started).isEmpty();
    assertThat(bench.answersTo(ann)).containsExactly("1 NOT_EXECUTED REVOKED");
  }

  @Test
  void alsoBansALaterAttemptThanTheOneItTakesBack() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1, 2);

    bench.send(ann, new Cancel(2, 3, true));
    bench.finishAll();
    bench.send(ann, ask(2).attempt(3).build());

    assertThat(bench.cancelledTo(ann)).containsExactly("2 NOT_STARTED");
    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @Test
  void saysNotStartedOfWhatIsKnownToHaveBeenTakenBackHoweverMuchWasForgottenSince() {
    ServerBench bench =
        new ServerBench(new Limits().workers(3).rememberedCountMax(2).build());
    Client ann = bench.client();
    bench.request(ann, 7, 8, 9);
    bench.finish(bench.running.get(2));
    bench.revoke(ann, 3);
    bench.finish(bench.running.get(1)); // 9 is forgotten, and so no number up to 9 is new
    bench.forget();

    bench.revoke(ann, 3);
    bench.send(ann, ask(3).attempt(2).repeat().build());
    bench.finishAll();

    assertThat(bench.cancelledTo(ann)).containsExactly("3 NOT_STARTED");
    assertThat(bench.answersTo(ann)).doesNotContain("3 UNKNOWN FORGOTTEN");
    assertThat(bench.startedSeqs()).containsExactly(3L);
  }

  @Test
  void bansAreBoundedLikeAnswers() {
    ServerBench bench = new ServerBench(new Limits().rememberedCountMax(2).build());
    Client ann = bench.client();
    bench.revoke(ann, 1);
    bench.revoke(ann, 2);
    bench.revoke(ann, 3);

    bench.send(ann, ask(1).attempt(2).repeat().build()); // its ban is forgotten

    assertThat(bench.answersTo(ann)).containsExactly("1 UNKNOWN FORGOTTEN");
    assertThat(bench.started).isEmpty();
  }

  // ---- the answer to a Cancel

  @Test
  void answersEveryCancelWithItsOwnAttempt() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);

    bench.send(ann, new Cancel(1, 5, true), new Cancel(1, 6, false), new Cancel(9, 7, true));

    assertThat(bench.packetsTo(ann, Cancelled.class))
        .containsExactly(
            new Cancelled(1, 5, Stage.RUNNING),
            new Cancelled(1, 6, Stage.RUNNING),
            new Cancelled(9, 7, Stage.NOT_STARTED));
  }

  @Test
  void takesBackWhatCameInTheSameBatch() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();

    bench.send(ann, ask(1).build(), new Cancel(1, 1, false));

    assertThat(bench.cancelledTo(ann)).containsExactly("1 NOT_STARTED");
    assertThat(bench.started).isEmpty();
  }

  @Test
  void answersCancelsWhileDraining() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.engine.drain("", SECOND, bench.now);

    bench.cancel(ann, 1);

    assertThat(bench.cancelledTo(ann)).containsExactly("1 RUNNING");
    assertThat(bench.toldSeqs()).containsExactly(1L);
  }
}
