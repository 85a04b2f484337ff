package io.meshrpc.sim;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Welcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class AskedInSessionTest {
  private final Sim sim = new Sim(new Options(), 1);
  private final SimServer server = sim.servers.get(0);
  private final SimCall call = sim.newCall(sim.clients.get(0), false, 1_000_000);
  private final Link link = new Link(sim.network, call.client, server, 1);
  private final Connection connection = server.accept(link);
  private final AskedInSession judge = new AskedInSession();

  @Test
  void whatTheStandingSessionAsksForMayRun() {
    judge.onSaid(server, connection, welcome(7));
    judge.onRead(server, connection, request(7));

    assertThatCode(() -> judge.onRun(server, call)).doesNotThrowAnyException();
  }

  @Test
  void whatWasWrittenForAnotherSessionMayNot() {
    judge.onSaid(server, connection, welcome(7));
    judge.onRead(server, connection, request(6));

    assertThatThrownBy(() -> judge.onRun(server, call))
        .isInstanceOf(Violation.class)
        .hasMessageStartingWith("I12: s0 was not asked in any good session");
  }

  @Test
  void whatCameOnAnotherConnectionMayNot() {
    judge.onSaid(server, connection, welcome(7));
    judge.onRead(server, server.accept(link), request(7));

    assertThatThrownBy(() -> judge.onRun(server, call))
        .hasMessageStartingWith("I12: s0 was not asked in any good session");
  }

  @Test
  void whatWaitedWhenItsSessionEndedMayNotBeforeItIsAskedForAgain() {
    judge.onSaid(server, connection, welcome(7));
    judge.onRead(server, connection, request(7));
    judge.onLost(server, connection);
    assertThatThrownBy(() -> judge.onRun(server, call))
        .hasMessageStartingWith("I12: s0 was asked in an earlier session");

    judge.onSaid(server, connection, welcome(8));
    assertThatThrownBy(() -> judge.onRun(server, call))
        .hasMessageStartingWith("I12: s0 was asked in an earlier session");

    judge.onRead(server, connection, request(8));
    judge.onRun(server, call);
  }

  private Batch request(long session) {
    byte[] payload = sim.request(call.id);
    Request asks =
        new Request(1, 1, 1, 1000, Priority.NORMAL, false, false, Metadata.EMPTY, payload);
    return new Batch(session, 0, null, List.of(asks));
  }

  private static Welcome welcome(long session) {
    return new Welcome(new NodeId(1, 1), 1, session, 1, 0, "s0", List.of(), 500, 500, 0, false);
  }
}
