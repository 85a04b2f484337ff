package io.meshrpc.core;

import static io.meshrpc.core.ServerBench.MS;
import static io.meshrpc.core.ServerBench.PAY;
import static io.meshrpc.core.ServerBench.QUOTE;
import static io.meshrpc.core.ServerBench.SECOND;
import static io.meshrpc.core.ServerBench.UNKNOWN_METHOD;
import static io.meshrpc.core.ServerBench.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.wire.Probe;
import io.meshrpc.wire.ProbeReply;
import io.meshrpc.wire.Response;
import org.junit.jupiter.api.Test;

/** What a server says of itself. */
class LoadReportTest {
  @Test
  void anIdleServerHasNothingToReport() {
    ServerBench bench = ServerBench.withWorkers(3);
    bench.pass(1234 * MS);

    assertThat(bench.engine.load(bench.now)).isEqualTo(new LoadReport(0, 0, 3, 0, 0, 1234, 0, 0));
  }

  @Test
  void countsWhatWaitsWhatRunsAndWhatHasEnded() {
    ServerBench bench = ServerBench.withWorkers(2);
    Client ann = bench.client();
    bench.request(ann, 1, 2, 3, 4, 5);
    bench.finishFirst(MS);

    LoadReport load = bench.engine.load(bench.now);

    assertThat(load.queued()).isEqualTo(2);
    assertThat(load.running()).isEqualTo(2);
    assertThat(load.workers()).isEqualTo(2);
    assertThat(load.completed()).isEqualTo(1);
  }

  @Test
  void countsHandlersThatFailedOrEndedLateAmongThoseThatEnded() {
    ServerBench bench = ServerBench.withWorkers(3);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.send(ann, ask(2).leftMs(1).build(), ask(3).idempotent().build());
    bench.pass(MS);
    bench.finish(bench.running.get(0), Code.INTERNAL, new byte[0]);
    bench.finishAll();

    LoadReport load = bench.engine.load(bench.now);

    assertThat(load.completed()).isEqualTo(3);
    assertThat(load.running()).isZero();
  }

  @Test
  void whatAnExecutorHadNoRoomForHasNotEndedAndWasRefused() {
    ServerBench bench = ServerBench.withWorkers(4);
    Client ann = bench.client();
    bench.request(ann, 1, 2, 3, 4);
    bench.engine.onFinished(bench.running.remove(0), ServerReply.notStarted("full"), bench.now);
    bench.engine.onFinished(bench.running.remove(0), ServerReply.takenBack(), bench.now);
    bench.finishAll();
    bench.pass(SECOND);

    LoadReport load = bench.engine.load(bench.now);

    assertThat(load.completed()).isEqualTo(2);
    assertThat(load.running()).isZero();
    assertThat(load.refusedPermille()).isEqualTo(250);
  }

  @Test
  void doesNotCountWhatNeverStartedAsEnded() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1, 2, 3);
    bench.send(ann, ask(4).leftMs(1).build());
    bench.revoke(ann, 2);
    bench.pass(MS);
    bench.engine.drain("", 0, bench.now);

    assertThat(bench.engine.load(bench.now).completed()).isZero();
    assertThat(bench.engine.load(bench.now).queued()).isZero();
  }

  @Test
  void saysHowLongRequestsWereThereThatCameAtTheLoadOfNow() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1, 2, 3, 4);
    bench.finishFirst(10 * MS); // found none
    bench.finishFirst(10 * MS); // found one, and so on
    bench.finishFirst(10 * MS);
    bench.finishFirst(10 * MS);

    assertThat(bench.engine.load(bench.now).latencyUs()).isEqualTo(10_000); // of 10 and 20 ms
    bench.request(ann, 5, 6, 7);
    assertThat(bench.engine.load(bench.now).latencyUs()).isEqualTo(30_000); // of 30 and 40
  }

  @Test
  void whatFailedSaysNothingOfHowLongRequestsTake() {
    ServerBench bench = ServerBench.withWorkers(1);
    bench.request(bench.client(), 1);
    bench.pass(MS);
    bench.finish(bench.running.get(0), Code.INTERNAL, new byte[0]);

    assertThat(bench.engine.load(bench.now).latencyUs()).isZero();
  }

  @Test
  void saysHowLongTheOldestHasWaited() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    Client bob = bench.client();
    bench.request(ann, 1);
    bench.pass(10 * MS);
    bench.request(ann, 2);
    bench.pass(10 * MS);
    bench.request(bob, 1);
    bench.pass(20 * MS);
    assertThat(bench.engine.load(bench.now).oldestWaitMs()).isEqualTo(30);

    bench.finishFirst(10 * MS); // ann's second starts, bob's is the oldest now
    assertThat(bench.engine.load(bench.now).oldestWaitMs()).isEqualTo(30);

    bench.finishFirst(10 * MS);
    assertThat(bench.engine.load(bench.now).oldestWaitMs()).isZero();
  }

  @Test
  void saysWhatPartOfTheLastSecondsRequestsFoundNoRoom() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(0).build());
    Client ann = bench.client();
    bench.request(ann, 1, 2, 3); // one runs, two find no room
    assertThat(bench.engine.load(bench.now).refusedPermille()).isZero(); // not yet

    bench.pass(SECOND);
    assertThat(bench.engine.load(bench.now).refusedPermille()).isEqualTo(666);

    bench.pass(SECOND);
    assertThat(bench.engine.load(bench.now).refusedPermille()).isZero();
  }

  @Test
  void whatMakesRoomForAnotherClientFoundNoneEither() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(4).build());
    Client ann = bench.client();
    bench.request(ann, 1, 2, 3, 4, 5); // one runs, four wait
    bench.request(bench.client(), 1);
    assertThat(bench.answersTo(ann)).containsExactly("5 NOT_EXECUTED QUEUE_FULL");

    bench.pass(SECOND);
    assertThat(bench.engine.load(bench.now).refusedPermille()).isEqualTo(166);
  }

  @Test
  void forgetsRefusalsThatAreLongPast() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(0).build());
    Client ann = bench.client();
    bench.request(ann, 1, 2);

    bench.pass(5 * SECOND);

    assertThat(bench.engine.load(bench.now).refusedPermille()).isZero();
  }

  @Test
  void countsNeitherDuplicatesNorMistakesAsRequestsWithoutRoom() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.send(ann, ask(1).attempt(2).repeat().build());
    bench.send(ann, ask(2).method(UNKNOWN_METHOD).build(), ask(3).attempt(0).build());

    bench.pass(SECOND);

    assertThat(bench.engine.load(bench.now).refusedPermille()).isZero();
  }

  @Test
  void learnsWhatSuccessfulCallsUsuallyTake() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    assertThat(usualUs(bench, ann, PAY)).isZero();

    runColdOnes(bench, ann, 300 * MS);
    assertThat(usualUs(bench, ann, PAY)).as("cold code tells nothing").isZero();

    run(bench, ann, 9, 30 * MS);
    assertThat(usualUs(bench, ann, PAY)).isEqualTo(30_000);
    run(bench, ann, 10, 20 * MS);
    assertThat(usualUs(bench, ann, PAY)).as("the mean").isEqualTo(25_000);

    for (int seq = 11; seq < 500; seq++) {
      run(bench, ann, seq, 10 * MS);
    }
    assertThat(usualUs(bench, ann, PAY)).isBetween(10_000L, 10_100L);
    assertThat(usualUs(bench, ann, QUOTE)).isZero();
  }

  @Test
  void whatCallsTookTenSecondsAgoIsNotWhatTheyTakeNow() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    runColdOnes(bench, ann, MS);
    run(bench, ann, 9, 5 * MS);

    bench.pass(10 * SECOND);
    assertThat(usualUs(bench, ann, PAY)).isEqualTo(5_000);
    bench.pass(MS);
    assertThat(usualUs(bench, ann, PAY)).isZero();

    for (int seq = 10; seq < 18; seq++) {
      run(bench, ann, seq, 4 * MS);
      assertThat(usualUs(bench, ann, PAY)).as("cold again").isZero();
    }
    run(bench, ann, 18, 2 * MS);
    assertThat(usualUs(bench, ann, PAY)).as("nothing of before").isEqualTo(2000);
  }

  @Test
  void whatTakesLongIsKeptInMindForLonger() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    runColdOnes(bench, ann, MS);
    run(bench, ann, 9, 60 * MS);

    bench.pass(60 * SECOND);
    assertThat(usualUs(bench, ann, PAY)).isEqualTo(60_000);
    bench.pass(MS);
    assertThat(usualUs(bench, ann, PAY)).isZero();
  }

  @Test
  void whatIsTooShortToBeCountedTakesAMicrosecond() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    runColdOnes(bench, ann, 100);
    run(bench, ann, 9, 100);

    assertThat(usualUs(bench, ann, PAY)).isEqualTo(1);
  }

  @Test
  void aHandlersOwnTimeCountsWhereItIsKnown() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    runColdOnes(bench, ann, MS);
    bench.request(ann, 9);
    bench.now += 5 * MS; // until a thread had it, and until the loop heard of its end

    bench.engine.onFinished(
        bench.running.get(0),
        new ServerReply(Code.OK, "", Metadata.EMPTY, new byte[0]),
        40_000,
        bench.now);

    assertThat(usualUs(bench, ann, PAY)).isEqualTo(40);
  }

  @Test
  void whatRanWhileTheProcessStoodStillTellsNothing() {
    ServerBench bench = ServerBench.withWorkers(8);
    Client ann = bench.client();
    runColdOnes(bench, ann, 20 * MS);
    run(bench, ann, 9, 20 * MS);
    bench.request(ann, 10, 11, 12);
    bench.now += 10 * SECOND; // the loop had no turn
    bench.finishFirst(0);
    bench.pass(0);
    bench.finishFirst(MS);
    bench.finishFirst(MS);
    assertThat(usualUs(bench, ann, PAY)).isEqualTo(20_000);

    bench.request(ann, 13);
    for (int second = 0; second < 3; second++) {
      bench.pass(SECOND); // it is just slow
    }
    bench.finishFirst(0);
    assertThat(usualUs(bench, ann, PAY)).isEqualTo((20_000 + 3_000_000) / 2);
  }

  @Test
  void learnsNothingFromFailures() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.pass(30 * MS);

    bench.finish(bench.running.get(0), Code.INTERNAL, new byte[0]);

    assertThat(usualUs(bench, ann, PAY)).isZero();
  }

  @Test
  void answersAProbeOfNoMethodAndOfAnUnknownOne() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();

    bench.send(ann, new Probe(-1, 0), new Probe(5, UNKNOWN_METHOD), new Probe(6, -7));

    assertThat(bench.packetsTo(ann, ProbeReply.class))
        .containsExactly(
            new ProbeReply(-1, 0, 0),
            new ProbeReply(5, UNKNOWN_METHOD, 0),
            new ProbeReply(6, -7, 0));
  }

  @Test
  void anAnswerSaysHowLongTheWorkWaitedAndRan() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    runColdOnes(bench, ann, MS);
    bench.forget();
    bench.request(ann, 9, 10);
    bench.finishFirst(7 * MS);

    bench.finishFirst(3 * MS);

    Response answer = bench.packetsTo(ann, Response.class).get(1);
    assertThat(answer.queueUs()).isEqualTo(7000);
    assertThat(answer.serviceUs()).isEqualTo(3000);
    assertThat(answer.usualServiceUs()).isEqualTo(5000);
  }

  /** The first eight, which do not count. */
  private static void runColdOnes(ServerBench bench, Client client, long serviceNs) {
    for (int seq = 1; seq <= 8; seq++) {
      run(bench, client, seq, serviceNs);
    }
  }

  private static void run(ServerBench bench, Client client, int seq, long serviceNs) {
    bench.request(client, seq);
    bench.finishFirst(serviceNs);
  }

  private static long usualUs(ServerBench bench, Client client, int method) {
    bench.forget();
    bench.send(client, new Probe(1, method));
    return bench.packetsTo(client, ProbeReply.class).get(0).usualServiceUs();
  }
}
