package io.meshrpc.sim;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Status;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Response;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrueTrailTest {
  private final Sim sim = new Sim(new Options(), 1);
  private final SimClient client = sim.clients.get(0);
  private final SimCall call = sim.newCall(client, false, 1_000_000);
  private final TrueTrail judge = new TrueTrail();

  TrueTrailTest() {
    client.name(call, 5);
    send(0, 1);
    send(1, 2);
  }

  @Test
  void whatItsServerSaidOfEachAttemptIsTrue() {
    hear(0, answer(1, Execution.NOT_EXECUTED, Code.UNAVAILABLE));
    hear(1, answer(2, Execution.EXECUTED, Code.INTERNAL));

    judge.onEnded(
        call,
        List.of(
            told(1, 0, Execution.NOT_EXECUTED, Code.UNAVAILABLE),
            told(2, 1, Execution.EXECUTED, Code.INTERNAL)));
  }

  @Test
  void whatWasSaidOfAnEarlierAttemptIsNotTrueOfTheNext() {
    send(0, 3);
    hear(0, answer(1, Execution.NOT_EXECUTED, Code.UNAVAILABLE));

    fails(told(3, 0, Execution.NOT_EXECUTED, Code.UNAVAILABLE));
  }

  @Test
  void whatAnotherServerSaidIsNotTrue() {
    hear(0, new Cancelled(5, 2, Cancelled.Stage.NOT_STARTED));

    fails(told(2, 1, Execution.NOT_EXECUTED, Code.CANCELLED));
  }

  @Test
  void anotherErrorThanTheHandlersIsNotTrue() {
    hear(1, answer(2, Execution.EXECUTED, Code.INTERNAL));

    fails(told(2, 1, Execution.EXECUTED, Code.NOT_FOUND));
  }

  @Test
  void notSentThoughItWasIsNotTrue() {
    fails(told(2, 1, Execution.NOT_SENT, Code.UNAVAILABLE));
  }

  @Test
  void aHandlersAnswerToAnEarlierSendingOfTheSameAttemptIsTrue() {
    send(1, 3);
    hear(1, answer(2, Execution.EXECUTED, Code.INTERNAL));

    judge.onEnded(call, List.of(told(3, 1, Execution.EXECUTED, Code.INTERNAL)));
  }

  private void fails(AttemptTrace told) {
    assertThatThrownBy(() -> judge.onEnded(call, List.of(told)))
        .isInstanceOf(Violation.class)
        .hasMessageStartingWith("trail: s")
        .hasMessageContaining("did not say this");
  }

  private void send(int server, int attempt) {
    call.sends.add(new SimCall.Send(1, server, attempt, false));
  }

  private void hear(int server, Packet packet) {
    judge.onHeard(client, sim.servers.get(server), new Batch(1, 0, null, List.of(packet)));
  }

  private static Response answer(int attempt, Execution execution, Code code) {
    Metadata none = Metadata.EMPTY;
    return new Response(
        5, attempt, execution, code, Reason.HANDLER, "", 0, 0, 0, 0, none, new byte[0]);
  }

  private static AttemptTrace told(int attempt, int server, Execution execution, Code code) {
    Duration none = Duration.ZERO;
    Status end = new Status(code, "");
    return new AttemptTrace(attempt, "sim://s" + server, "", execution, end, none, none, false);
  }
}
