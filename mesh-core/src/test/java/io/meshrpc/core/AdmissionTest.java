package io.meshrpc.core;

import static io.meshrpc.core.ServerBench.MS;
import static io.meshrpc.core.ServerBench.PAY;
import static io.meshrpc.core.ServerBench.QUOTE;
import static io.meshrpc.core.ServerBench.SECOND;
import static io.meshrpc.core.ServerBench.UNKNOWN_METHOD;
import static io.meshrpc.core.ServerBench.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.core.ServerBench.Ask;
import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in: the judgements of a server over a request, and their order. */
class AdmissionTest {
  /** What can be wrong with a request, in the order in which the server judges. */
  private enum Fault {
    MALFORMED_REQUEST(ask -> ask.attempt(0)),
    UNKNOWN_METHOD(ask -> ask.method(ServerBench.UNKNOWN_METHOD)),
    TOO_LARGE(ask -> ask.bytes(101)),
    DRAINING(ask -> ask),
    QUEUE_FULL(ask -> ask),
    WOULD_MISS_DEADLINE(ask -> ask.leftMs(1));

    final UnaryOperator<Ask> onAsk;

    Fault(UnaryOperator<Ask> onAsk) {
      this.onAsk = onAsk;
    }
  }

  @Test
  void answersWithTheFirstFaultThatHolds() {
    for (Fault first : Fault.values()) {
      ServerBench bench =
          new ServerBench(new Limits().requestBytesMax(100).queueCountMax(3).build());
      Client ann = bench.client();
      bench.teach(ann, 1, PAY, 10 * MS);
      boolean full = first.compareTo(Fault.QUEUE_FULL) <= 0;
      bench.request(ann, full ? new long[] {2, 3, 4, 5} : new long[] {2, 3});
      if (first.compareTo(Fault.DRAINING) <= 0) {
        bench.engine.drain("", SECOND, bench.now);
      }
      Ask ask = ask(9);
      for (Fault fault : Fault.values()) {
        ask = fault.compareTo(first) >= 0 ? fault.onAsk.apply(ask) : ask;
      }
      bench.forget();

      bench.send(ann, ask.build());

      assertThat(bench.answersTo(ann)).containsExactly("9 NOT_EXECUTED " + first);
    }
  }

  @Test
  void aStaleSessionComesBeforeEverything() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.engine.drain("", SECOND, bench.now);

    bench.batch(
        ann.route, ann.session + 1, 100, ask(1).attempt(0).bytes(5 << 20).build());

    assertThat(bench.answersTo(ann)).containsExactly("1 NOT_EXECUTED STALE_SESSION");
  }

  @Test
  void anAcknowledgedNumberGetsNoAnswerWhateverElseIsWrong() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    ann.ackBelow = 5;

    bench.send(ann, ask(4).attempt(0).build());

    assertThat(bench.answersTo(ann)).isEmpty();
  }

  @Test
  void aDuplicateIsAnsweredFromMemoryWhateverElseIsWrong() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(0).build());
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.finishAll();
    bench.request(ann, 2); // no room is left
    bench.forget();

    bench.send(ann, ask(1).attempt(2).leftUs(0).method(UNKNOWN_METHOD).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
  }

  // ---- each fault at its limit

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "1, 0, 1", "1, 1, 0", "0, 0, 0"})
  void refusesNumbersThatAreZero(long seq, int attempt, long leftUs) {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();

    bench.send(ann, ask(seq).attempt(attempt).leftUs(leftUs).build());

    Response answer = bench.onlyAnswerTo(ann);
    check(answer, Code.INVALID_ARGUMENT, seq + " NOT_EXECUTED MALFORMED_REQUEST");
    assertThat(answer.text()).contains(seq + ", " + attempt + ", " + leftUs, "expected: >= 1");
    assertThat(bench.started).isEmpty();
  }

  @Test
  void takesNumbersThatAreOne() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();

    bench.send(ann, ask(1).attempt(1).leftUs(1).build());

    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, UNKNOWN_METHOD, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void refusesAMethodThatIsNotOneOfTheWelcome(int number) {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();

    bench.send(ann, ask(1).method(number).build());

    check(bench.onlyAnswerTo(ann), Code.UNIMPLEMENTED, "1 NOT_EXECUTED UNKNOWN_METHOD");
  }

  @Test
  void takesAPayloadOfTheLimitAndNotOneByteMore() {
    ServerBench bench =
        new ServerBench(new Limits().workers(9).requestBytesMax(100).build());
    Client ann = bench.client();

    bench.send(ann, ask(1).bytes(100).build(), ask(2).bytes(101).build());

    assertThat(bench.startedSeqs()).containsExactly(1L);
    check(bench.onlyAnswerTo(ann), Code.RESOURCE_EXHAUSTED, "2 NOT_EXECUTED TOO_LARGE");
    assertThat(bench.onlyAnswerTo(ann).text()).isEqualTo("request: 101 bytes (expected: <= 100)");
    assertThat(bench.onlyAnswerTo(ann).pushbackMs()).isZero();
  }

  @Test
  void takesMetadataOfTheLimitAndNotOneByteMore() {
    ServerBench bench =
        new ServerBench(new Limits().workers(9).metadataBytesMax(20).build());
    Client ann = bench.client();
    Metadata fits = Metadata.of("key", "123456").with("key", "12345678");

    bench.send(
        ann, ask(1).metadata(fits).build(), ask(2).metadata(fits.with("x", "")).build());

    assertThat(bench.startedSeqs()).containsExactly(1L);
    check(bench.onlyAnswerTo(ann), Code.RESOURCE_EXHAUSTED, "2 NOT_EXECUTED TOO_LARGE");
    assertThat(bench.onlyAnswerTo(ann).text()).contains("metadata: 21", "20");
  }

  @Test
  void tellsItsMetadataLimitInTheWelcome() {
    ServerBench bench =
        new ServerBench(new Limits().metadataBytesMax(20).requestBytesMax(30).build());
    Client ann = bench.client();

    assertThat(bench.packetsTo(ann, Welcome.class)).singleElement().satisfies(welcome -> {
      assertThat(welcome.metadataBytesMax()).isEqualTo(20);
      assertThat(welcome.requestBytesMax()).isEqualTo(30);
    });
  }

  // ---- replies

  @ParameterizedTest
  @CsvSource({
    "100, 0, 100",
    "5000000, 0, 4194304", // who says nothing takes 4 MiB
    "100, 80, 80",
    "100, 1000, 100",
    "100, 9223372036854775807, 100"
  })
  void sendsAReplyOfTheSmallerLimitAndNotOneByteMore(int own, long clients, int limit) {
    ServerBench bench = new ServerBench(new Limits().replyBytesMax(own).build());
    Client ann = bench.client();
    ann.epoch++;
    bench.batch(ann.route, 0, 0, new Hello(ann.id, ann.epoch, 1, 1, 0, "ann", clients));
    List<Welcome> all = bench.packetsTo(ann, Welcome.class);
    ann.session = all.get(all.size() - 1).session();
    bench.request(ann, 1, 2);

    bench.finish(bench.running.get(0), Code.OK, new byte[limit]);
    bench.finish(bench.running.get(0), Code.OK, new byte[limit + 1]);

    List<Response> answers = bench.packetsTo(ann, Response.class);
    assertThat(answers.get(0).payload()).hasSize(limit);
    assertThat(answers.get(0).code()).isSameAs(Code.OK);
    check(answers.get(1), Code.RESOURCE_EXHAUSTED, "2 EXECUTED TOO_LARGE");
    assertThat(answers.get(1).payload()).isEmpty();
    assertThat(answers.get(1).text())
        .isEqualTo("reply: " + (limit + 1) + " bytes (expected: <= " + limit + ")");
  }

  @Test
  void theTailOfAReplyCounts() {
    ServerBench bench = new ServerBench(new Limits().replyBytesMax(100).build());
    Client ann = bench.client();
    bench.request(ann, 1, 2);

    bench.finish(bench.running.get(0), new byte[40], new byte[60]);
    bench.finish(bench.running.get(0), new byte[40], new byte[61]);

    List<Response> answers = bench.packetsTo(ann, Response.class);
    assertThat(answers.get(0).payload()).hasSize(100);
    check(answers.get(1), Code.RESOURCE_EXHAUSTED, "2 EXECUTED TOO_LARGE");
    assertThat(answers.get(1).payload()).isEmpty();
    assertThat(answers.get(1).text()).isEqualTo("reply: 101 bytes (expected: <= 100)");
  }

  @Test
  void anAnswerThatIsOneArrayIsLimitedAndRememberedLikeAnyOther() {
    ServerBench bench = new ServerBench(new Limits().replyBytesMax(100).build());
    Client ann = bench.client();
    bench.request(ann, 1, 2);

    bench.succeed(bench.running.get(0), new byte[100]);
    bench.succeed(bench.running.get(0), new byte[101]);
    bench.send(ann, bench.ask(1).attempt(2).repeat().build());

    List<Response> answers = bench.packetsTo(ann, Response.class);
    assertThat(answers.get(0).payload()).hasSize(100);
    assertThat(answers.get(0).metadata().text("k")).hasValue("v");
    check(answers.get(1), Code.RESOURCE_EXHAUSTED, "2 EXECUTED TOO_LARGE");
    assertThat(answers.get(1).metadata().isEmpty()).isTrue();
    assertThat(answers.get(2).payload()).hasSize(100);
    assertThat(answers).hasSize(3);
  }

  @Test
  void aRepeatGetsTheTailOfTheFirstAnswer() {
    ServerBench bench = new ServerBench(new Limits().build());
    Client ann = bench.client();
    byte[] tail = {3, 4};
    bench.request(ann, 1);
    bench.finish(bench.running.get(0), new byte[] {1, 2}, tail);

    bench.send(ann, bench.ask(1).attempt(2).repeat().build());

    List<Response> answers = bench.packetsTo(ann, Response.class);
    assertThat(answers).hasSize(2);
    assertThat(answers.get(1).payload()).containsExactly(1, 2, 3, 4);
    assertThat(answers.get(1).tail()).isSameAs(tail);
  }

  @Test
  void remembersThatAReplyWasTooLarge() {
    ServerBench bench = new ServerBench(new Limits().replyBytesMax(10).build());
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.finish(bench.running.get(0), Code.OK, new byte[11]);
    bench.forget();

    bench.send(ann, ask(1).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED TOO_LARGE");
    assertThat(bench.started).isEmpty();
  }

  // ---- by deadline

  @Test
  void refusesWhatWouldWaitAndWorkTooLong() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.teach(ann, 1, PAY, 100 * MS);
    bench.request(ann, 2, 3); // one runs, one waits: 50 ms and 100 ms until a third

    bench.send(ann, ask(4).leftMs(249).build());
    bench.send(ann, ask(5).leftMs(250).build());

    Response answer = bench.onlyAnswerTo(ann);
    check(answer, Code.RESOURCE_EXHAUSTED, "4 NOT_EXECUTED WOULD_MISS_DEADLINE");
    assertThat(answer.pushbackMs()).isEqualTo(150);
    assertThat(bench.queued()).isEqualTo(2);
  }

  @Test
  void manyWorkersShareTheWait() {
    ServerBench bench = ServerBench.withWorkers(4);
    Client ann = bench.client();
    bench.teach(ann, 1, PAY, 100 * MS);
    bench.request(ann, 2, 3, 4, 5, 6, 7, 8, 9); // four run, four wait: 50 ms and 100 ms

    bench.send(ann, ask(10).leftMs(249).build(), ask(11).leftMs(250).build());

    assertThat(bench.answersTo(ann)).containsExactly("10 NOT_EXECUTED WOULD_MISS_DEADLINE");
  }

  @Test
  void reckonsWithWhatEachMethodUsuallyTakes() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.teach(ann, 1, PAY, 1000 * MS);
    bench.teach(ann, 2, QUOTE, 2 * MS);
    bench.send(ann, ask(3).method(QUOTE).build(), ask(4).method(QUOTE).build());

    bench.send(ann, ask(5).method(QUOTE).leftMs(5).build()); // 1 + 2 + 2
    bench.send(ann, ask(6).method(PAY).leftMs(1000).build());

    assertThat(bench.answersTo(ann)).containsExactly("6 NOT_EXECUTED WOULD_MISS_DEADLINE");
  }

  @Test
  void refusesNobodyByDeadlineBeforeItKnowsHowLongWorkTakes() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);

    bench.send(ann, ask(2).leftUs(1).build());

    assertThat(bench.answersTo(ann)).isEmpty();
    assertThat(bench.queued()).isEqualTo(1);
  }

  @Test
  void aFreeWorkerTakesEvenWhatUsuallyTakesLonger() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.teach(ann, 1, PAY, 1000 * MS);

    bench.send(ann, ask(2).leftMs(1).build()); // else one slow hour would shut the door for good

    assertThat(bench.startedSeqs()).containsExactly(2L);
  }

  @Test
  void aDeadlineBeyondAllTimeIsNeverMissed() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.teach(ann, 1, PAY, 100 * MS);
    bench.request(ann, 2);

    bench.send(ann, ask(3).leftUs(Long.MAX_VALUE).build());
    bench.send(ann, ask(4).leftUs((1L << 53) - 1).build());

    assertThat(bench.answersTo(ann)).isEmpty();
    assertThat(bench.queued()).isEqualTo(2);
  }

  // ---- when to come back

  @Test
  void saysWhenThereMayBeRoomAgain() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(2).build());
    Client ann = bench.client();
    bench.teach(ann, 1, PAY, 100 * MS);
    bench.request(ann, 2, 3, 4);

    bench.request(ann, 5);

    Response answer = bench.onlyAnswerTo(ann);
    check(answer, Code.RESOURCE_EXHAUSTED, "5 NOT_EXECUTED QUEUE_FULL");
    assertThat(answer.pushbackMs()).isEqualTo(250);
  }

  @Test
  void asksForAMillisecondAtLeastAndAMinuteAtMost() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(0).build());
    Client ann = bench.client();
    bench.request(ann, 1, 2);
    assertThat(bench.onlyAnswerTo(ann).pushbackMs()).isEqualTo(1);

    bench.finishFirst(3600 * SECOND);
    bench.request(ann, 3);
    bench.forget();
    bench.request(ann, 4);

    assertThat(bench.onlyAnswerTo(ann).pushbackMs()).isEqualTo(60_000);
  }

  // ---- the deadline afterwards

  @Test
  void everyRequestOfABatchOfExpiredWorkGetsItsAnswer() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, ask(1).leftMs(60_000).build());
    List<String> expected = new ArrayList<>();
    for (int seq = 2; seq <= 50; seq++) {
      bench.send(ann, ask(seq).leftMs(100 - seq).build());
      expected.add(seq + " NOT_EXECUTED EXPIRED_IN_QUEUE");
    }

    bench.pass(98 * MS);

    assertThat(bench.answersTo(ann)).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(bench.packetsTo(ann, Response.class))
        .allMatch(answer -> answer.code() == Code.DEADLINE_EXCEEDED);
    assertThat(bench.queued()).isZero();
    bench.finishAll();
    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @Test
  void saysThatItDoesNotKnowHowRunningWorkWillEnd() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, ask(1).attempt(3).leftMs(5).build());

    bench.pass(5 * MS);

    Response answer = bench.onlyAnswerTo(ann);
    check(answer, Code.DEADLINE_EXCEEDED, "1 UNKNOWN EXPIRED_RUNNING");
    assertThat(answer.attempt()).isEqualTo(3);
  }

  @Test
  void theHandlersFailureIsExecutedAndItsOwn() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);

    bench.finish(bench.running.get(0), Code.NOT_FOUND, new byte[] {7});

    check(bench.onlyAnswerTo(ann), Code.NOT_FOUND, "1 EXECUTED HANDLER");
    assertThat(bench.onlyAnswerTo(ann).text()).isEqualTo("no");
    assertThat(bench.onlyAnswerTo(ann).payload()).containsExactly(7);
  }

  private static void check(Response answer, Code code, String text) {
    assertThat(answer.seq() + " " + answer.execution() + " " + answer.reason()).isEqualTo(text);
    assertThat(answer.code()).isSameAs(code);
    if (answer.execution() != Execution.EXECUTED) {
      assertThat(answer.text()).isNotEmpty();
    }
  }
}
