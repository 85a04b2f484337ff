package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.READ;
import static io.meshrpc.core.ClientBench.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How calls are let through when servers come back after an outage of all of them. */
class RecoveryTest {
  private static final CallOptions AT_ONCE = CallOptions.DEFAULT.withWaitForReady(false);

  private ClientBench bench = new ClientBench();
  private final List<FakeServer> servers = new ArrayList<>();

  @ParameterizedTest(name = "{1} of {0} are back: {2} %")
  @CsvSource({
    "10, 1, 20",
    "10, 2, 40",
    "10, 4, 80",
    "10, 5, 100",
    "10, 10, 100",
    "3, 1, 50",
    "3, 2, 100",
    "2, 1, 100",
    "1, 1, 100"
  })
  void aNewCallGoesThroughWithAChanceOfBackByWanted(int all, int back, int percent) {
    outage(all);
    comeBack(0, back);
    int through = 0;
    for (int i = 0; i < 1000; i++) {
      through += impatient().isDone() ? 0 : 1;
    }

    assertThat(through / 10.0).isBetween(percent - 5.0, percent + (percent == 100 ? 0.0 : 5.0));
  }

  @Test
  void whoDoesNotWaitIsToldWhy() {
    outage(10);
    comeBack(0, 1);
    ClientCall refused = impatient();
    while (!refused.isDone()) {
      refused = impatient();
    }

    assertThat(refused.failure().code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(refused.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(refused.failure().status().text())
        .isEqualTo("servers are coming back after an outage, 1 of 10 so far; "
            + "not all calls go through yet");
    assertThat(refused.failure().candidates().get(0).reason())
        .isEqualTo(refused.failure().status().text());
  }

  @Test
  void whatWaitsGoesInStepsAndInItsOrder() {
    outage(10);
    calls(400);
    comeBack(0, 1);
    assertThat(requests()).as("400 / 40 * 1/10").isEqualTo(1);
    bench.advanceMs(49);
    assertThat(requests()).isEqualTo(1);
    bench.advanceMs(1);
    assertThat(requests()).isEqualTo(2);
    bench.advanceMs(500);
    assertThat(requests()).isEqualTo(12);
    comeBack(1, 4);
    bench.advanceMs(500);
    assertThat(requests()).as("four times as many in a step").isEqualTo(12 + 40);

    List<Long> order = servers.get(0).requests().stream().map(Request::seq).toList();
    assertThat(order).isSorted().startsWith(1L, 2L, 3L, 4L);
  }

  @Test
  void whatWaitsIsNotPouredOutWhenAllAreBack() {
    outage(10);
    calls(400);
    comeBack(0, 10);
    assertThat(countThrough(50)).as("new calls go").isEqualTo(50);
    assertThat(requests()).as("and one with the first that was back").isEqualTo(50 + 1);
    bench.advanceMs(1000);
    assertThat(requests()).isEqualTo(51 + 200);
    bench.advanceMs(1000);

    assertThat(requests()).as("as long as the outage").isEqualTo(450);
  }

  @Test
  void aShortOutageIsMadeUpForInShortTime() {
    for (int i = 0; i < 10; i++) {
      servers.add(bench.up("tcp://s" + i + ":1"));
    }
    servers.forEach(FakeServer::lose);
    calls(400);
    bench.advanceMs(80);
    servers.forEach(FakeServer::accept);
    bench.advanceMs(80);

    assertThat(requests()).isEqualTo(400);
  }

  @Test
  void aShortQueueIsGoneInShortTime() {
    outage(10);
    calls(5);
    comeBack(0, 1);
    bench.advanceMs(250);

    assertThat(requests()).isEqualTo(5);
  }

  @Test
  void thoseThatNeverComeBackAreNotWaitedFor() {
    outage(10);
    calls(400);
    comeBack(0, 1);
    bench.advanceMs(1900);
    assertThat(countThrough(100)).isLessThan(50);
    int before = requests();
    bench.advanceMs(200);
    assertThat(countThrough(100)).as("new calls go").isEqualTo(100);
    assertThat(requests() - before).as("what waits goes in steps").isEqualTo(100 + 4);
    bench.advanceMs(20_000);

    assertThat(bench.engine.isRecovering()).isFalse();
  }

  @Test
  void callsThatNobodyCanTakeDoNotKeepItOpen() {
    outage(10);
    for (int i = 0; i < 30; i++) {
      bench.call(
          ClientBench.method("Other", Idempotency.IDEMPOTENT),
          RETRY,
          CallOptions.DEFAULT,
          Duration.ofDays(1));
    }
    comeBack(0, 9); // while one is missing nobody knows that none has the method
    bench.advanceMs(4000);

    assertThat(bench.engine.isRecovering()).isFalse();
  }

  @Test
  void eachChangeBeginsTheWaitAnew() {
    outage(10);
    for (int i = 0; i < 4; i++) {
      comeBack(i, i + 1);
      bench.advanceMs(1500);
    }
    assertThat(bench.engine.isRecovering()).isTrue();
    assertThat(countThrough(200)).isLessThan(200);
    bench.advanceMs(600);

    assertThat(countThrough(200)).isEqualTo(200);
  }

  @Test
  void ifTheFirstOneBackIsToppledAllBeginsAgain() {
    outage(10);
    calls(400);
    comeBack(0, 1);
    bench.advanceMs(2100);
    servers.get(0).lose();
    servers.get(0).refuse();
    bench.advanceMs(1);
    calls(10);
    int before = requests();
    comeBack(1, 2);

    assertThat(requests() - before).isEqualTo(1);
    assertThat(countThrough(200)).isLessThan(100);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void oneServerOrTwoAreNeverHeldUp(int count) {
    outage(count);
    calls(400);
    comeBack(0, 1);

    assertThat(requests()).isEqualTo(400);
  }

  @Test
  void theBeginningIsNoOutage() {
    for (int i = 0; i < 10; i++) {
      servers.add(bench.connect("tcp://s" + i + ":1"));
    }
    servers.subList(1, 10).forEach(FakeServer::refuse);
    calls(400);
    servers.get(0).accept();

    assertThat(requests()).isEqualTo(400);
  }

  @Test
  void serversThatTheClientItselfReplacesAreNoOutage() {
    for (int i = 0; i < 3; i++) {
      bench.up("tcp://old" + i + ":1");
    }
    for (int i = 0; i < 10; i++) {
      servers.add(bench.connect("tcp://s" + i + ":1"));
    }
    for (int i = 0; i < 3; i++) {
      bench.engine.disconnect("tcp://old" + i + ":1", bench.now);
    }
    bench.advanceMs(1);
    calls(100);
    servers.get(0).accept();

    assertThat(requests()).isEqualTo(100);
  }

  @Test
  void silenceThatPassesIsNoOutage() {
    for (int i = 0; i < 10; i++) {
      servers.add(bench.up("tcp://s" + i + ":1"));
    }
    servers.forEach(server -> server.frozen = true);
    bench.advanceMs(1500);
    assertThat(servers).allMatch(server -> bench.state(server) == PeerState.SUSPECT);
    calls(100);

    assertThat(requests()).isEqualTo(100);
  }

  @Test
  void whileAllAreOnProbationEachTakesOne() {
    for (int i = 0; i < 3; i++) {
      servers.add(bench.up("tcp://s" + i + ":1"));
    }
    servers.forEach(FakeServer::refuse);
    calls(30);
    servers.get(0).accept();
    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.PROBATION);
    bench.advanceMs(10);
    assertThat(requests()).isEqualTo(1);
    servers.get(0).ok(servers.get(0).lastRequest());

    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.WARMING);
    assertThat(requests()).isEqualTo(2);
    bench.advanceMs(3);
    assertThat(requests()).isBetween(3, 6);
  }

  @Test
  void aCallThatHasToWaitStillEndsAtItsDeadlineAndSaysWhy() {
    outage(10);
    for (int i = 0; i < 100; i++) {
      bench.call(READ, RETRY, CallOptions.DEFAULT, Duration.ofMillis(100));
    }
    comeBack(0, 1);
    bench.advanceMs(100);
    ClientCall last = bench.completed.get(bench.completed.size() - 1);

    assertThat(last.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    assertThat(bench.completed)
        .filteredOn(call -> call.failure().execution() == Execution.NOT_SENT)
        .hasSizeGreaterThan(90)
        .allMatch(call -> call.failure().candidates().get(0).reason().contains("outage"));
  }

  @Test
  void itCanBeSwitchedOff() {
    begin(LivenessSettings.DEFAULTS.withMassRecovery(0, Duration.ofSeconds(1)));
    outage(10);
    calls(400);
    comeBack(0, 1);

    assertThat(requests()).isEqualTo(400);
  }

  @Test
  void shareAndSpanAreSettings() {
    begin(LivenessSettings.DEFAULTS.withMassRecovery(100, Duration.ofSeconds(4)));
    outage(10);
    comeBack(0, 9);
    assertThat(countThrough(1000)).isBetween(850, 950);
    bench.advanceMs(3900);
    assertThat(countThrough(1000)).isBetween(850, 950);
    bench.advanceMs(200);

    assertThat(countThrough(1000)).isEqualTo(1000);
  }

  private void begin(LivenessSettings settings) {
    bench = new ClientBench(settings, new RoundRobin(), AttemptInterceptor.NONE, 1);
  }

  /** So many servers were up, crashed, and have been away for two seconds. */
  private void outage(int count) {
    for (int i = 0; i < count; i++) {
      servers.add(bench.up("tcp://s" + i + ":1"));
    }
    servers.forEach(FakeServer::lose);
    servers.forEach(FakeServer::refuse);
    bench.advanceMs(2000);
  }

  /** New processes in the place of these. */
  private void comeBack(int from, int to) {
    for (int i = from; i < to; i++) {
      FakeServer server = servers.get(i);
      server.node = new NodeId(2, i);
      server.accept();
      assertThat(bench.state(server)).isEqualTo(PeerState.UP);
    }
  }

  private void calls(int count) {
    for (int i = 0; i < count; i++) {
      bench.call(READ, RETRY, CallOptions.DEFAULT, Duration.ofSeconds(60));
    }
  }

  private ClientCall impatient() {
    return bench.call(READ, RETRY, AT_ONCE, Duration.ofSeconds(60));
  }

  private int countThrough(int calls) {
    int through = 0;
    for (int i = 0; i < calls; i++) {
      through += impatient().isDone() ? 0 : 1;
    }
    return through;
  }

  private int requests() {
    return servers.stream().mapToInt(server -> server.requests().size()).sum();
  }
}
