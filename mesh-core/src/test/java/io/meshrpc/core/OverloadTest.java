package io.meshrpc.core;

import static io.meshrpc.core.ServerBench.MS;
import static io.meshrpc.core.ServerBench.PAY;
import static io.meshrpc.core.ServerBench.SECOND;
import static io.meshrpc.core.ServerBench.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Priority;
import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Response;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a server does that has more work than it can do. */
class OverloadTest {
  private static final int LONG = 8; // handlers of 30 ms: two intervals and more

  @Test
  void servesTheNewestFirstWhileWorkWaitsTooLongAndTheOldestFirstOtherwise() {
    ServerBench bench = taught(new Limits().workers(1));
    Client ann = bench.client();
    many(bench, ann, 2, 14, 8000);

    finish(bench, LONG, 30 * MS);
    finish(bench, 2, 30 * MS);

    assertThat(bench.startedSeqs()).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 14L, 13L, 12L, 11L);
  }

  @Test
  void shedsWhatHasWaitedTooLongAndSaysThatItDidNotRun() {
    ServerBench bench = taught(new Limits().workers(1));
    Client ann = bench.client();
    many(bench, ann, 2, 30, 800);

    finish(bench, LONG, 30 * MS); // all have waited for more than a quarter of their time
    bench.finishAll();

    List<Response> shed = answers(bench, ann, Reason.SHED);
    assertThat(shed).isNotEmpty().allSatisfy(answer -> {
      assertThat(answer.execution()).isSameAs(Execution.NOT_EXECUTED);
      assertThat(answer.code()).isSameAs(Code.RESOURCE_EXHAUSTED);
      assertThat(answer.pushbackMs()).isPositive();
      assertThat(answer.text()).contains("overloaded");
      assertThat(bench.startedSeqs()).doesNotContain(answer.seq());
    });
    assertThat(bench.queued()).isZero();
  }

  @Test
  void runsTheLastOneThatWaitsHoweverLongItHas() {
    ServerBench bench = taught(new Limits().workers(1));
    for (int i = 0; i < 20; i++) {
      bench.send(bench.client(), ask(1).leftMs(800).build());
    }
    while (bench.queued() > 0) {
      bench.finishFirst(30 * MS);
    }

    assertThat(bench.startedSeqs()).as("others were shed").hasSizeLessThan(20);
    assertThat(bench.running).as("the worker would have nothing else to do").hasSize(1);
  }

  @Test
  void shedsNothingWithoutATarget() {
    ServerBench bench = taught(new Limits().workers(1).codel(0, 100 * MS));
    Client ann = bench.client();
    many(bench, ann, 2, 12, 2000);

    finish(bench, 11, 30 * MS);

    assertThat(bench.startedSeqs()).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L, 12L);
  }

  @Test
  void runsABatchOfLongWorkThatIsInNoHurry() {
    ServerBench bench = taught(new Limits().workers(2), SECOND);
    Client ann = bench.client();
    many(bench, ann, 2, 100, 300_000);

    while (!bench.running.isEmpty()) {
      bench.finishFirst(SECOND / 2);
    }

    assertThat(bench.startedSeqs()).hasSize(99).doesNotHaveDuplicates();
  }

  @Test
  void shedsRetriesFirst() {
    ServerBench bench = taught(new Limits().workers(1));
    Client ann = bench.client();
    for (int seq = 2; seq <= 30; seq++) {
      bench.send(ann, ask(seq).attempt(seq % 2 == 0 ? 1 : 2).leftMs(1600).build());
    }

    finish(bench, LONG, 30 * MS); // more than an eighth of their time, less than a quarter

    assertThat(answers(bench, ann, Reason.SHED))
        .isNotEmpty()
        .allMatch(answer -> answer.attempt() == 2);
  }

  @Test
  void refusesTheLowestPrioritiesAtTheDoorAndTakesThemAgainLater() {
    ServerBench bench = taught(new Limits().workers(1));
    Client ann = bench.client();
    for (int seq = 2; seq <= 30; seq++) {
      bench.send(ann, ask(seq).priority(Priority.HIGH).leftMs(5000).build());
    }
    finish(bench, LONG, 30 * MS);
    bench.forget();

    bench.send(ann, ask(101).priority(Priority.SHEDDABLE).build());
    bench.send(ann, ask(102).priority(Priority.CRITICAL).build());

    assertThat(bench.answersTo(ann)).containsExactly("101 NOT_EXECUTED SHED");
    assertThat(bench.onlyAnswerTo(ann).text()).contains("SHEDDABLE");
    assertThat(bench.onlyAnswerTo(ann).pushbackMs()).isPositive();
    bench.finishAll();
    for (int i = 0; i < 40; i++) {
      bench.pass(100 * MS);
    }
    bench.forget();
    bench.request(ann, 200, 201, 202, 203);
    bench.send(ann, ask(204).priority(Priority.SHEDDABLE).build());
    assertThat(bench.answersTo(ann)).isEmpty();
  }

  @Test
  void whatIsRefusedForItsPriorityAnywayTakesNobodysPlace() {
    ServerBench bench = taught(new Limits().workers(1).queueCountMax(29));
    Client ann = bench.client();
    Client bob = bench.client();
    many(bench, ann, 2, 30, 5000);
    finish(bench, LONG, 30 * MS);
    many(bench, ann, 31, 31 + 29 - bench.queued(), 5000); // full again, and one is refused
    bench.forget();

    bench.send(bob, ask(1).priority(Priority.SHEDDABLE).leftMs(5000).build());

    assertThat(bench.answersTo(bob)).containsExactly("1 NOT_EXECUTED QUEUE_FULL");
    assertThat(bench.answersTo(ann)).isEmpty();
    bench.send(bob, ask(2).priority(Priority.CRITICAL).leftMs(5000).build());
    assertThat(bench.answersTo(ann)).hasSize(1);
  }

  @Test
  void refusesNobodyWhileNextToNothingWaits() {
    ServerBench bench = taught(new Limits().workers(1));
    Client ann = bench.client();
    for (int seq = 2; seq <= 30; seq++) {
      bench.send(ann, ask(seq).priority(Priority.HIGH).leftMs(5000).build());
    }
    finish(bench, LONG, 30 * MS);
    bench.finishAll(); // at once: no interval has passed since
    bench.forget();

    bench.request(ann, 100);
    bench.send(ann, ask(101).priority(Priority.SHEDDABLE).build());

    assertThat(bench.answersTo(ann)).isEmpty();
    assertThat(bench.queued()).isEqualTo(1);
  }

  @Test
  void reportsWhatItSheds() {
    ServerBench bench = taught(new Limits().workers(1));
    Client ann = bench.client();
    bench.pass(SECOND);
    many(bench, ann, 2, 30, 800);
    finish(bench, LONG, 30 * MS);
    int shed = answers(bench, ann, Reason.SHED).size();

    assertThat(shed).isPositive();
    bench.pass(SECOND);

    assertThat(bench.engine.load(bench.now).refusedPermille()).isEqualTo(1000 * shed / 29);
  }

  @Test
  void aCriticalCallIsNotRefusedForWorkThatItWillOvertake() {
    ServerBench bench = taught(new Limits().workers(1).codel(0, 100 * MS), 100 * MS);
    Client ann = bench.client();
    Client bob = bench.client();
    many(bench, ann, 2, 40, 60_000); // almost four seconds of normal work

    bench.send(bob, ask(1).leftMs(500).priority(Priority.CRITICAL).build());
    bench.send(bob, ask(2).leftMs(400).build());
    bench.send(ann, ask(50).leftMs(3000).build());

    assertThat(bench.answersTo(bob)).as("others take turns").isEmpty();
    assertThat(bench.answersTo(ann)).containsExactly("50 NOT_EXECUTED WOULD_MISS_DEADLINE");
  }

  @Test
  void runsAsManyHandlersAsTheirTimesAllow() {
    ServerBench bench =
        new ServerBench(new Limits().workers(1).concurrency(2, 8).build());
    Client ann = bench.client();
    for (int seq = 1; seq <= 300; seq++) {
      bench.send(ann, ask(seq).leftMs(600_000).build());
    }
    assertThat(bench.running).hasSize(2);

    for (int i = 0; i < 100; i++) {
      ServerCall call = bench.running.get(0);
      bench.now = Math.max(bench.now, call.startedNs + 10 * MS);
      bench.finish(call);
    }

    assertThat(bench.running).hasSize(8);
    assertThat(bench.engine.load(bench.now).workers()).isEqualTo(8);
  }

  private static ServerBench taught(Limits limits) {
    return taught(limits, 10 * MS);
  }

  private static ServerBench taught(Limits limits, long usualNs) {
    ServerBench bench = new ServerBench(limits.build());
    bench.teach(bench.client(), 1, PAY, usualNs);
    return bench;
  }

  private static void many(ServerBench bench, Client client, int first, int last, long leftMs) {
    for (int seq = first; seq <= last; seq++) {
      bench.send(client, ask(seq).leftMs(leftMs).build());
    }
  }

  private static void finish(ServerBench bench, int times, long eachNs) {
    for (int i = 0; i < times && !bench.running.isEmpty(); i++) {
      bench.finishFirst(eachNs);
    }
  }

  private static List<Response> answers(ServerBench bench, Client client, Reason reason) {
    return bench.packetsTo(client, Response.class).stream()
        .filter(answer -> answer.reason() == reason)
        .toList();
  }
}
