package io.meshrpc.sim;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.util.List;
import org.junit.jupiter.api.Test;

class EarnedRetriesTest {
  private static final String REFUSED =
      "RESOURCE_EXHAUSTED: full (not tried again: " + EarnedRetries.FOR_WANT + ")";

  private final Sim sim = new Sim(new Options(), 1);
  private final SimClient client = sim.clients.get(0);
  private final SimServer server = sim.servers.get(0);
  private final EarnedRetries judge = new EarnedRetries();
  private long lastSeq;

  EarnedRetriesTest() {
    judge.onMoved(client, server, PeerState.UP, "connected");
  }

  @Test
  void aCallThatIsRefusedOneOfTenIsAViolation() {
    refuseTimes(9);

    assertThatThrownBy(() -> judge.onEnded(sent(), REFUSED))
        .isInstanceOf(Violation.class)
        .hasMessageStartingWith("I5: c0 has 1.0 retries at least, and refuses one: call 9");
  }

  @Test
  void aCallThatFailsForAnotherReasonIsNone() {
    assertThatCode(() -> judge.onEnded(sent(), "RESOURCE_EXHAUSTED: full"))
        .doesNotThrowAnyException();
  }

  @Test
  void nothingIsLeftAfterTen() {
    refuseTimes(10);

    assertThatCode(() -> judge.onEnded(sent(), REFUSED)).doesNotThrowAnyException();
  }

  @Test
  void aSecondBringsOne() {
    refuseTimes(10);
    sim.runUntil(1_000_000_000);

    assertThatThrownBy(() -> judge.onEnded(sent(), REFUSED))
        .hasMessageStartingWith("I5: c0 has 1.0 retries");
  }

  @Test
  void tenSuccessesBringOne() {
    refuseTimes(10);
    for (int i = 0; i < 11; i++) {
      hear(sent(), Execution.EXECUTED, Code.OK, Reason.HANDLER);
    }

    assertThatThrownBy(() -> judge.onEnded(sent(), REFUSED))
        .hasMessageStartingWith("I5: c0 has 1.1 retries");
  }

  @Test
  void whatIsHandedBackTakesNone() {
    for (int i = 0; i < 10; i++) {
      hear(sent(), Execution.NOT_EXECUTED, Code.UNAVAILABLE, Reason.DRAINING);
    }

    assertThatThrownBy(() -> judge.onEnded(sent(), REFUSED))
        .hasMessageStartingWith("I5: c0 has 10.0 retries");
  }

  @Test
  void aCallWhoseServerHasMovedMayHaveTakenOne() {
    refuseTimes(9);
    sent();
    judge.onMoved(client, server, PeerState.SUSPECT, "connection lost");

    assertThatCode(() -> judge.onEnded(call(), REFUSED)).doesNotThrowAnyException();
  }

  private void refuseTimes(int times) {
    for (int i = 0; i < times; i++) {
      hear(sent(), Execution.NOT_EXECUTED, Code.RESOURCE_EXHAUSTED, Reason.QUEUE_FULL);
    }
  }

  private SimCall call() {
    SimCall call = sim.newCall(client, true, 1_000_000);
    client.name(call, ++lastSeq);
    return call;
  }

  private SimCall sent() {
    SimCall call = call();
    call.sends.add(new SimCall.Send(1, 0, 1, false));
    byte[] nothing = {};
    judge.onSend(
        client,
        call,
        1,
        new Request(call.seq, 1, 1, 1, Priority.NORMAL, true, false, Metadata.EMPTY, nothing));
    return call;
  }

  private void hear(SimCall call, Execution execution, Code code, Reason reason) {
    Metadata none = Metadata.EMPTY;
    byte[] nothing = {};
    Response answer =
        new Response(call.seq, 1, execution, code, reason, "", 0, 0, 0, 0, none, nothing);
    judge.onHeard(client, server, new Batch(1, 0, null, List.of(answer)));
    judge.onEnded(call, "");
  }
}
