package io.meshrpc.core;

import static io.meshrpc.core.ServerBench.MS;
import static io.meshrpc.core.ServerBench.PAY;
import static io.meshrpc.core.ServerBench.QUOTE;
import static io.meshrpc.core.ServerBench.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.wire.Packet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits, how much of it, and who is next. */
class ServerQueueTest {
  @Test
  void startsAsManyAsThereAreWorkersAndQueuesTheRest() {
    ServerBench bench = ServerBench.withWorkers(2);
    Client ann = bench.client();

    bench.request(ann, 1, 2, 3);

    assertThat(bench.startedSeqs()).containsExactly(1L, 2L);
    assertThat(bench.queued()).isEqualTo(1);
    bench.finishFirst(MS);
    assertThat(bench.startedSeqs()).containsExactly(1L, 2L, 3L);
  }

  @Test
  void refusesWhatIsBeyondTheCount() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(2).build());
    Client ann = bench.client();

    bench.request(ann, 1, 2, 3, 4, 5);

    assertThat(bench.answersTo(ann))
        .containsExactly("4 NOT_EXECUTED QUEUE_FULL", "5 NOT_EXECUTED QUEUE_FULL");
    assertThat(bench.queued()).isEqualTo(2);
  }

  @Test
  void takesAgainWhenThereIsRoomAgain() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(1).build());
    Client ann = bench.client();
    bench.request(ann, 1, 2, 3);
    bench.finishFirst(MS);
    bench.forget();

    bench.send(ann, ask(3).attempt(2).build());

    assertThat(bench.answersTo(ann)).isEmpty();
    assertThat(bench.queued()).isEqualTo(1);
  }

  @Test
  void countsNoWorkAsWaitingThatAFreeWorkerCanTake() {
    ServerBench bench = new ServerBench(new Limits().workers(4).queueCountMax(2).build());
    Client ann = bench.client();

    bench.send(ann, asks(1, 8));

    assertThat(bench.startedSeqs()).containsExactly(1L, 2L, 3L, 4L);
    assertThat(bench.queued()).isEqualTo(2);
    assertThat(bench.answersTo(ann))
        .containsExactly("7 NOT_EXECUTED QUEUE_FULL", "8 NOT_EXECUTED QUEUE_FULL");
  }

  @Test
  void runsWithoutAQueueWhatAFreeWorkerCanTake() {
    ServerBench bench = new ServerBench(new Limits().workers(2).queueCountMax(0).build());
    Client ann = bench.client();

    bench.request(ann, 1, 2, 3);

    assertThat(bench.startedSeqs()).containsExactly(1L, 2L);
    assertThat(bench.answersTo(ann)).containsExactly("3 NOT_EXECUTED QUEUE_FULL");
  }

  @Test
  void runsWithoutQueueBytesWhatAFreeWorkerCanTake() {
    ServerBench bench = new ServerBench(new Limits().queueBytesMax(0).build());
    Client ann = bench.client();

    bench.send(ann, ask(1).bytes(10).build());
    bench.send(ann, ask(2).bytes(10).build());

    assertThat(bench.startedSeqs()).containsExactly(1L);
    assertThat(bench.answersTo(ann)).containsExactly("2 NOT_EXECUTED QUEUE_FULL");
  }

  @Test
  void refusesWhatIsBeyondTheCountOfOneMethodOnly() {
    ServerBench bench = new ServerBench(new Limits().queueCountPerMethodMax(1).build());
    Client ann = bench.client();
    bench.request(ann, 1);

    bench.send(ann, ask(2).method(PAY).build());
    bench.send(ann, ask(3).method(PAY).build());
    bench.send(ann, ask(4).method(QUOTE).build());
    bench.send(ann, ask(5).method(QUOTE).build());

    assertThat(bench.answersTo(ann))
        .containsExactly("3 NOT_EXECUTED QUEUE_FULL", "5 NOT_EXECUTED QUEUE_FULL");
    assertThat(bench.queued()).isEqualTo(2);
  }

  @Test
  void refusesWhatIsBeyondTheBytesAndStillTakesWhatFits() {
    ServerBench bench = new ServerBench(new Limits().queueBytesMax(100).build());
    Client ann = bench.client();
    bench.send(ann, ask(1).bytes(100).build()); // runs, and so does not wait

    bench.send(ann, ask(2).bytes(60).build());
    bench.send(ann, ask(3).bytes(41).build());
    bench.send(ann, ask(4).bytes(40).build());

    assertThat(bench.answersTo(ann)).containsExactly("3 NOT_EXECUTED QUEUE_FULL");
    assertThat(bench.queued()).isEqualTo(2);
  }

  @Test
  void countsTheBytesOfMetadataToo() {
    ServerBench bench = new ServerBench(new Limits().queueBytesMax(100).build());
    Client ann = bench.client();
    bench.request(ann, 1);

    bench.send(
        ann, ask(2).bytes(50).metadata(Metadata.of("key", "x".repeat(48))).build());
    bench.send(
        ann, ask(3).bytes(50).metadata(Metadata.of("key", "x".repeat(47))).build());

    assertThat(bench.answersTo(ann)).containsExactly("2 NOT_EXECUTED QUEUE_FULL");
    assertThat(bench.queued()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"started", "revoked", "expired", "disconnected", "drained"})
  void givesBytesAndCountsBackHoweverWorkLeaves(String way) {
    ServerBench bench = new ServerBench(new Limits()
        .queueBytesMax(100)
        .queueCountMax(1)
        .queueCountPerMethodMax(1)
        .build());
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.send(ann, ask(2).bytes(100).leftMs(50).build());
    assertThat(bench.queued()).isEqualTo(1);

    switch (way) {
      case "started" -> bench.finishFirst(MS);
      case "revoked" -> bench.revoke(ann, 2);
      case "expired" -> bench.pass(50 * MS);
      case "disconnected" -> bench.disconnect(ann);
      default -> bench.engine.drain("", 0, bench.now);
    }

    assertThat(bench.queued()).isZero();
    if (!way.equals("drained")) {
      Client bob = bench.client();
      bench.send(bob, ask(1).bytes(100).build());
      assertThat(bench.queued()).isEqualTo(1);
      assertThat(bench.answersTo(bob)).isEmpty();
    }
  }

  @Test
  void sharesTheWorkersByPriority() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1000);
    List<Packet> backlog = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      for (Priority priority : Priority.values()) {
        backlog.add(ask(1 + i + 100L * priority.ordinal()).priority(priority).build());
      }
    }
    bench.send(ann, backlog.toArray(new Packet[0]));
    bench.forget();

    IntStream.range(0, 30).forEach(i -> bench.finishFirst(MS));

    List<Priority> ranks = bench.started.stream().map(ServerCall::priority).toList();
    assertThat(Collections.frequency(ranks, Priority.CRITICAL)).isEqualTo(16);
    assertThat(Collections.frequency(ranks, Priority.HIGH)).isEqualTo(8);
    assertThat(Collections.frequency(ranks, Priority.NORMAL)).isEqualTo(4);
    assertThat(Collections.frequency(ranks, Priority.SHEDDABLE)).isEqualTo(2);
    assertThat(ranks.get(0)).isSameAs(Priority.CRITICAL);
  }

  @Test
  void startsTheMostUrgentOfABatchFirst() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();

    bench.send(
        ann,
        ask(1).priority(Priority.SHEDDABLE).build(),
        ask(2).build(),
        ask(3).priority(Priority.CRITICAL).build());

    assertThat(bench.startedSeqs()).containsExactly(3L);
  }

  @Test
  void letsNoPriorityIdleTheWorkers() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    for (long seq = 1; seq <= 40; seq++) {
      bench.send(ann, ask(seq).priority(Priority.SHEDDABLE).build());
    }

    IntStream.range(0, 40).forEach(i -> bench.finishFirst(MS));

    assertThat(bench.started).hasSize(40);
  }

  @Test
  void keepsTheOrderOfOneClient() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();

    bench.request(ann, 5, 3, 9, 1);
    bench.finishAll();

    assertThat(bench.startedSeqs()).containsExactly(5L, 3L, 9L, 1L);
  }

  @Test
  void letsClientsTakeTurnsSoThatABacklogStarvesNobody() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client greedy = bench.client();
    bench.send(greedy, asks(1, 1000));
    Client ann = bench.client();
    Client bob = bench.client();
    bench.request(ann, 1, 2);
    bench.request(bob, 1);
    bench.forget();

    IntStream.range(0, 8).forEach(i -> bench.finishFirst(MS));

    assertThat(bench.started.stream().map(ServerCall::callerName))
        .containsExactly("c2", "c3", "c1", "c2", "c1", "c1", "c1", "c1"); // newcomers first
  }

  @Test
  void makesAClientThatCameBackWaitForItsTurn() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    Client bob = bench.client();
    bench.request(ann, 1, 2, 3);
    bench.request(bob, 1);
    bench.forget();
    bench.finishFirst(MS); // ann's second starts: ann goes behind bob
    bench.request(ann, 4);

    bench.finishAll();

    assertThat(bench.started.stream().map(call -> call.callerName() + " " + call.seq()))
        .containsExactly("c1 2", "c2 1", "c1 3", "c1 4");
  }

  @Test
  void neverStartsWorkWhoseDeadlineHasPassed() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.send(ann, ask(2).leftMs(5).build());
    bench.send(ann, ask(3).leftMs(6).build());

    bench.finishFirst(5 * MS); // no tick comes between

    assertThat(bench.startedSeqs()).containsExactly(1L, 3L);
    assertThat(bench.answersTo(ann))
        .containsExactly("1 EXECUTED HANDLER", "2 NOT_EXECUTED EXPIRED_IN_QUEUE");
  }

  @Test
  void answersAtTheDeadlineAndNotBefore() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.send(ann, ask(2).leftUs(5000).build());
    assertThat(bench.engine.nextTick()).isEqualTo(5 * MS);

    bench.pass(5 * MS - 1);
    assertThat(bench.answersTo(ann)).isEmpty();

    bench.pass(1);
    assertThat(bench.answersTo(ann)).containsExactly("2 NOT_EXECUTED EXPIRED_IN_QUEUE");
    bench.finishAll();
    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @Test
  void tellsARunningHandlerAndItsClientAtTheDeadline() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, ask(1).leftMs(5).build());

    bench.pass(5 * MS);
    assertThat(bench.toldSeqs()).containsExactly(1L);
    assertThat(bench.answersTo(ann)).containsExactly("1 UNKNOWN EXPIRED_RUNNING");

    bench.finishFirst(MS);
    assertThat(bench.answersTo(ann)).hasSize(1); // the late answer is remembered, not sent
  }

  @Test
  void takesADeadlineBeyondAllTime() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.send(ann, ask(2).leftUs(Long.MAX_VALUE).build());

    bench.pass(3600 * ServerBench.SECOND);
    bench.finishAll();

    assertThat(bench.startedSeqs()).containsExactly(1L, 2L);
  }

  private static Packet[] asks(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(seq -> ask(seq).build())
        .toArray(Packet[]::new);
  }

  @Test
  void aCallThatEndedHasNothingToWakeFor() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, ask(1).leftMs(10).build());
    assertThat(bench.engine.nextTick()).isEqualTo(bench.now + 10 * MS);
    bench.finishAll();

    assertThat(bench.engine.nextTick()).isGreaterThan(bench.now + 10 * MS);
  }
}
