package io.meshrpc.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.meshrpc.MeshClient;
import io.meshrpc.api.Execution;
import io.meshrpc.api.PeerState;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three server processes, 64 callers of an idempotent method with 1 s deadlines, four of a method
 * that must not run twice. Whatever happens to the servers, no idempotent call fails and nothing runs
 * twice; the servers' own logs are the judge.
 */
class FailoverTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Fleet fleet;
  private MeshClient mesh;
  private LoadGenerator load;
  private Payers payers;

  @BeforeEach
  void start() {
    fleet = Fleet.start(3, Duration.ofMillis(2));
    mesh =
        MeshClient.builder().connect(fleet.endpoints().toArray(String[]::new)).build();
    load = LoadGenerator.start(mesh, 64);
    payers = Payers.start(mesh, 4);
    untilMoreCalls();
  }

  @AfterEach
  void stop() {
    fleet.close();
  }

  @Test
  void killOneAndRestartItOnTheSamePort() {
    fleet.server(0).kill();
    untilState(0, EnumSet.of(PeerState.DOWN));
    untilMoreCalls();
    fleet.restart(0);
    untilState(0, EnumSet.of(PeerState.WARMING, PeerState.UP));
    judge();
  }

  @Test
  void killOneAndRestartItAtOnceWithCallsUnderWay() {
    fleet.server(2).kill();
    fleet.restart(2);
    untilState(2, EnumSet.of(PeerState.WARMING, PeerState.UP));
    judge();
  }

  @Test
  void freezeOneAndThawIt() {
    fleet.server(1).freeze();
    untilState(1, EnumSet.of(PeerState.DOWN));
    untilMoreCalls();
    fleet.server(1).thaw();
    untilState(1, EnumSet.of(PeerState.WARMING, PeerState.UP));
    judge();
  }

  @Test
  void rollingRestartByDraining() {
    for (int i = 0; i < fleet.size(); i++) {
      fleet.server(i).drain();
      fleet.restart(i);
      untilState(i, EnumSet.of(PeerState.WARMING, PeerState.UP));
      untilMoreCalls();
    }
    Payers.Verdict verdict = judge();
    assertThat(verdict.failures()).isEmpty(); // a drain fails no call at all
  }

  private void untilState(int server, EnumSet<PeerState> states) {
    String endpoint = fleet.server(server).endpoint();
    await()
        .atMost(PATIENCE)
        .until(() -> mesh.peers().stream()
            .anyMatch(p -> p.endpoint().equals(endpoint) && states.contains(p.state())));
  }

  private void untilMoreCalls() {
    long before = load.calls();
    await().atMost(PATIENCE).until(() -> load.calls() > before + 2_000);
  }

  private Payers.Verdict judge() {
    untilMoreCalls();
    payers.close();
    load.close();
    mesh.close();
    Payers.Verdict verdict = payers.judge(fleet.stopAndReadExecutions());
    assertThat(load.failures()).isEmpty();
    assertThat(verdict.duplicates()).isEmpty();
    assertThat(verdict.lies()).isEmpty();
    assertThat(verdict.calls()).isGreaterThan(100);
    assertThat(verdict.failures()).doesNotContainKey(Execution.EXECUTED);
    return verdict;
  }
}
