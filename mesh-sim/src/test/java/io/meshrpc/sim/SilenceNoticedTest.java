package io.meshrpc.sim;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.wire.Batch;
import java.util.List;
import org.junit.jupiter.api.Test;

/** With the default settings, and one server unless a test has another. */
class SilenceNoticedTest {
  private static final long MS = 1_000_000;

  private final Sim sim = new Sim(new Options(), 1);
  private final SimClient client = sim.clients.get(0);
  private final SimServer server = sim.servers.get(0);
  private final SilenceNoticed judge = new SilenceNoticed(LivenessSettings.DEFAULTS, 3);

  SilenceNoticedTest() {
    hear(server);
    judge.onMoved(client, server, PeerState.UP, "connected");
  }

  @Test
  void aSilentServerThatIsNotSuspectedIsAViolation() {
    turnAt(1150);

    assertThatThrownBy(() -> turnAt(1250))
        .isInstanceOf(Violation.class)
        .hasMessage("I13: c0 has heard nothing of s0 for 1250 ms, and has it as UP");
  }

  @Test
  void aClientThatStoodStillHasMoreTime() {
    turnAt(100);
    client.pause(3000 * MS);
    turnAt(3001);
    turnAt(8000);

    assertThatThrownBy(() -> turnAt(8200)).hasMessageStartingWith("I13: c0 has heard nothing");
  }

  @Test
  void aClientThatHeardNobodyHasMoreTime() {
    SimServer other = sim.servers.get(1);
    hear(other);
    turnAt(5000);

    assertThatThrownBy(() -> turnAt(5200)).hasMessageStartingWith("I13: c0 has heard nothing");
  }

  @Test
  void aSuspectThatDoesNotGoDownIsAViolation() {
    sim.runUntil(800 * MS);
    judge.onMoved(client, server, PeerState.SUSPECT, "no answer to a ping for 250 ms");
    turnAt(3400);

    assertThatThrownBy(() -> turnAt(3500))
        .hasMessage("I13: c0 has heard nothing of s0 for 3500 ms, and has it as SUSPECT");
  }

  @Test
  void aServerThatIsDownMayBeSilent() {
    sim.runUntil(2000 * MS);
    judge.onMoved(client, server, PeerState.DOWN, "silent for 2000 ms");

    assertThatCode(() -> turnAt(60_000)).doesNotThrowAnyException();
  }

  @Test
  void aSuspicionThatComesTooEarlyIsAViolation() {
    sim.runUntil(79 * MS);

    assertThatThrownBy(
            () -> judge.onMoved(client, server, PeerState.SUSPECT, "no answer to a ping for 49 ms"))
        .hasMessageStartingWith("I13: c0 has heard s0 79.000 ms ago, and has it as SUSPECT");
  }

  @Test
  void aServerThatIsDownTooEarlyIsAViolation() {
    sim.runUntil(1999 * MS);

    assertThatThrownBy(() -> judge.onMoved(client, server, PeerState.DOWN, "silent for 1999 ms"))
        .hasMessageStartingWith("I13: c0 has heard s0 1999.000 ms ago, and has it as DOWN");
  }

  private void hear(SimServer from) {
    judge.onHeard(client, from, new Batch(1, 0, null, List.of()));
  }

  private void turnAt(long ms) {
    sim.runUntil(ms * MS);
    judge.onClientTurn(client);
  }
}
