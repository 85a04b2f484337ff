package io.meshrpc.sim;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Goaway;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.Welcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A judge that cannot say no is none. */
class InvariantsTest {
  private final Sim sim = new Sim(new Options(), 1);
  private final SimCall call = sim.newCall(sim.clients.get(0), false, 1_000_000);

  @Test
  void endingTwiceIsAViolation() {
    ended(Code.CANCELLED, Execution.NOT_SENT);
    new EndsOnce(sim).onEnded(call, false, null);

    assertThatThrownBy(() -> new EndsOnce(sim).onEnded(call, true, null))
        .isInstanceOf(Violation.class)
        .hasMessageStartingWith("I1: ended twice");
  }

  @Test
  void endingLateIsAViolation() {
    sim.runUntil(10_000_000);
    call.deadlineShownNs = 1_000_000;

    assertThatThrownBy(() -> new EndsOnce(sim).onEnded(call, false, null))
        .hasMessageStartingWith("I1: ended 9.000 ms late");
  }

  @Test
  void neverEndingIsAViolation() {
    call.startedNs = 1;

    assertThatThrownBy(() -> new EndsOnce(sim).atRest(sim))
        .hasMessageStartingWith("I1: never ended");
  }

  @Test
  void toldNotSentThoughItWasSentIsAViolation() {
    call.sends.add(new SimCall.Send(1, 0, 1, false));
    ended(Code.UNAVAILABLE, Execution.NOT_SENT);

    assertThatThrownBy(() -> new TrueExecution().onEnded(call, false, null))
        .hasMessageStartingWith("truth: its caller is told NOT_SENT");
  }

  @Test
  void toldExecutedThoughNothingRanIsAViolation() {
    ended(Code.INTERNAL, Execution.EXECUTED);

    assertThatThrownBy(() -> new TrueExecution().onEnded(call, false, null))
        .hasMessageStartingWith("truth: its caller is told EXECUTED");
  }

  @Test
  void toldNothingOfWhatWasSentIsNoViolation() {
    call.sends.add(new SimCall.Send(1, 0, 1, false));
    ended(Code.DEADLINE_EXCEEDED, Execution.UNKNOWN);

    assertThatCode(() -> new TrueExecution().onEnded(call, false, null)).doesNotThrowAnyException();
  }

  @Test
  void aLoadThatIsNotTrueIsAViolation() {
    LoadReport load = new LoadReport(0, 1, 4, 0, 0, 0, 0, 0);

    assertThatThrownBy(() -> new TrueLoad().onLoad(sim.servers.get(0), load))
        .hasMessageStartingWith("I4: s0 reports");
  }

  @Test
  void aLongQueueIsAViolation() {
    LoadReport load = new LoadReport(10_001, 0, 4, 0, 0, 0, 0, 0);

    assertThatThrownBy(() -> new BoundedTables(sim).onLoad(sim.servers.get(0), load))
        .hasMessageStartingWith("I9: s0 exceeds its limits");
  }

  @Test
  void hedgesAreAShareOfTheCalls() {
    BoundedHedges judge = new BoundedHedges(HedgePolicy.ON);
    for (int i = 0; i < 20; i++) {
      send(judge, newIdempotentCall(), 0);
    }
    SimCall slow = newIdempotentCall();
    send(judge, slow, 0);
    send(judge, slow, 1);
    SimCall next = newIdempotentCall();
    send(judge, next, 0);

    assertThatThrownBy(() -> send(judge, next, 1))
        .hasMessageStartingWith("I5: c0: 2 hedges (allowed: 1.10 after 22 calls)");
  }

  @Test
  void aHedgeOfACallThatIsNotIdempotentIsAViolation() {
    BoundedHedges judge = new BoundedHedges(HedgePolicy.ON.withExtraLoad(1));
    send(judge, call, 0);

    assertThatThrownBy(() -> send(judge, call, 1)).hasMessageStartingWith("I5: not to be hedged");
  }

  @Test
  void aHedgeAtTheSameServerIsAViolation() {
    BoundedHedges judge = new BoundedHedges(HedgePolicy.ON.withExtraLoad(1));
    SimCall slow = newIdempotentCall();
    send(judge, slow, 0);

    assertThatThrownBy(() -> send(judge, slow, 0)).hasMessageStartingWith("I5: not to be hedged");
  }

  private SimCall newIdempotentCall() {
    return sim.newCall(sim.clients.get(0), true, 1_000_000);
  }

  /** Its second sending is a hedge. */
  private void send(BoundedHedges judge, SimCall sent, int server) {
    int attempt = sent.sends.size() + 1;
    sent.hedge = attempt == 2 ? 2 : 0;
    sent.sends.add(new SimCall.Send(1, server, attempt, false));
    Metadata none = Metadata.EMPTY;
    judge.onSend(
        sim.clients.get(0),
        sent,
        1,
        new Request(1, 1, attempt, 1, Priority.NORMAL, true, false, none, new byte[0]));
  }

  @Test
  void anEmptyBudgetsRetryIsAViolation() {
    BoundedRetries judge = new BoundedRetries();
    retry(judge, 10);

    assertThatThrownBy(() -> retry(judge, 1))
        .hasMessageStartingWith("I5: c0: 11 retries since its start (allowed: 10.0");
  }

  @Test
  void retriesSavedUpForMoreThanTheStoreAreAViolation() {
    BoundedRetries judge = new BoundedRetries();
    sim.runUntil(100_000_000_000L);
    retry(judge, 20);

    assertThatThrownBy(() -> retry(judge, 1))
        .hasMessageStartingWith("I5: c0: 21 retries in ten seconds (allowed: 20.0");
  }

  @Test
  void retriesTenSecondsApartAreNoViolation() {
    BoundedRetries judge = new BoundedRetries();
    for (int i = 1; i <= 10; i++) {
      sim.runUntil(i * 10_000_000_000L);
      retry(judge, 10);
    }
  }

  @Test
  void theFirstMoveAndEachHandingBackAreFree() {
    BoundedRetries judge = new BoundedRetries();
    for (int i = 0; i < 100; i++) {
      SimCall moved = sim.newCall(sim.clients.get(0), true, 1_000_000);
      send(judge, moved, 1);
      send(judge, moved, 2);
      moved.handedBack++;
      send(judge, moved, 3);
    }
    retry(judge, 10);
  }

  @Test
  void aRetryOfWhatRanAndFailedIsNotFree() {
    BoundedRetries judge = new BoundedRetries();
    for (int i = 0; i < 10; i++) {
      send(judge, call, i + 1);
      call.mayHaveRun = true;
    }
    send(judge, call, 11);
    call.mayHaveRun = true;

    assertThatThrownBy(() -> send(judge, call, 12)).hasMessageStartingWith("I5: c0: 11 retries");
  }

  @Test
  void retriesThatOneAnswerMadeNecessaryMayBeSpreadOverMoreThanAWindow() {
    BoundedRetries judge = new BoundedRetries();
    for (int i = 0; i < 25; i++) {
      sim.runUntil(i * 1_000_000_000L);
      SimCall waiting = sim.newCall(sim.clients.get(0), true, 1_000_000);
      send(judge, waiting, 1);
      send(judge, waiting, 2);
      waiting.failedNs = 0;
      send(judge, waiting, 3);
    }
  }

  /** So many sendings that need the budget, of one call. */
  private void retry(BoundedRetries judge, int times) {
    SimCall unlucky = sim.newCall(sim.clients.get(0), true, 1_000_000);
    for (int i = 1; i <= times + 2; i++) {
      send(judge, unlucky, i);
    }
  }

  private void send(BoundedRetries judge, SimCall which, int attempt) {
    which.sends.add(new SimCall.Send(sim.kernel.nowNs(), 0, attempt, false));
    judge.onSend(which.client, which);
  }

  @Test
  void aRequestThatSaysMoreTimeThanIsLeftIsAViolation() {
    call.deadlineShownNs = 5_000_000;
    sim.runUntil(2_000_000);
    NotTooLate judge = new NotTooLate();
    judge.onSend(call.client, call, 1, request(3_000));

    assertThatThrownBy(() -> judge.onSend(call.client, call, 1, request(3_001)))
        .hasMessageStartingWith("I6: a request says 3001 us, 3000.000 are left");
  }

  @Test
  void aStartAfterTheTimeThatTheRequestSaidIsAViolation() {
    NotTooLate judge = new NotTooLate();
    SimServer server = sim.servers.get(0);
    judge.onAsked(server, call, request(3_000));
    sim.runUntil(2_999_999);
    judge.onRun(server, call);
    sim.runUntil(3_000_000);

    assertThatThrownBy(() -> judge.onRun(server, call))
        .hasMessageStartingWith("I6: s0 starts it after its deadline");
  }

  @Test
  void aCallToAServerThatDrainsIsAViolation() {
    WishesKept judge = new WishesKept();
    hear(judge, welcome(1));
    send(judge);
    hear(judge, new Goaway("", 1000));

    assertThatThrownBy(() -> send(judge)).hasMessageStartingWith("I11: s0 drains and is sent");

    hear(judge, welcome(2));
    send(judge); // to another process
  }

  @Test
  void aCallThatComesAgainTooEarlyIsAViolation() {
    WishesKept judge = new WishesKept();
    call.client.name(call, 1);
    hear(judge, welcome(1));
    send(judge);
    hear(judge, refusal(5));
    sim.runUntil(3_000_000);

    assertThatThrownBy(() -> send(judge))
        .hasMessageStartingWith("I11: s0 is sent again, 2.000 ms too early");

    sim.runUntil(5_000_000);
    send(judge);
  }

  private void send(WishesKept judge) {
    call.sends.add(new SimCall.Send(sim.kernel.nowNs(), 0, 1, false));
    judge.onSend(call.client, call, 1, request(1_000));
  }

  private void hear(WishesKept judge, Packet packet) {
    judge.onHeard(call.client, sim.servers.get(0), new Batch(1, 0, null, List.of(packet)));
  }

  private static Welcome welcome(long process) {
    NodeId node = new NodeId(1, process);
    return new Welcome(node, 1, 1, 1, 0, "s0", List.of(), 500, 500, 0, false);
  }

  private static Response refusal(int pushbackMs) {
    Code code = Code.RESOURCE_EXHAUSTED;
    Reason full = Reason.QUEUE_FULL;
    Metadata none = Metadata.EMPTY;
    byte[] nothing = {};
    return new Response(
        1, 1, Execution.NOT_EXECUTED, code, full, "", pushbackMs, 0, 0, 0, none, nothing);
  }

  private static Request request(long timeLeftUs) {
    Metadata none = Metadata.EMPTY;
    return new Request(1, 1, 1, timeLeftUs, Priority.NORMAL, false, false, none, new byte[0]);
  }

  private void ended(Code code, Execution execution) {
    call.code = code;
    call.execution = execution;
    call.endedNs = sim.kernel.nowNs();
    call.deadlineShownNs = 1_000_000;
  }
}
