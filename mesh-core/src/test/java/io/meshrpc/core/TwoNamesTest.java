package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.PAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.PeerState;
import io.meshrpc.wire.Refusal;
import org.junit.jupiter.api.Test;

/** One process that a client knows by two addresses, at once or one after the other. */
class TwoNamesTest {
  private final ClientBench bench = new ClientBench();

  @Test
  void aServerUnderAnotherNameIsGreetedWithAnEpochThatItTakesForNew() {
    FakeServer old = bench.up("tcp://a:1");
    for (int i = 0; i < 3; i++) {
      old.lose();
      old.accept();
    }
    long epoch = old.epoch;
    bench.engine.disconnect(old.endpoint, bench.now);
    FakeServer alias = bench.connect("tcp://alias:1");
    bench.engine.onConnected(alias.connection, bench.now);

    assertThat(alias.epoch).isGreaterThan(epoch);
  }

  /** The second is the same process; the first learns from its server that its session has ended. */
  private void twins(FakeServer first, FakeServer second) {
    second.node = first.node;
    second.accept();
    assertThat(bench.state(first)).as("a claim alone changes nothing").isEqualTo(PeerState.UP);
    first.refuse(Refusal.Reason.UNKNOWN_SESSION, 0);
  }

  @Test
  void theLaterSessionOfTheSameProcessStandsAndTheEarlierIsLeftAlone() {
    FakeServer first = bench.up("tcp://a:1");
    FakeServer second = bench.connect("tcp://b:1");
    twins(first, second);

    assertThat(bench.state(second)).isIn(PeerState.UP, PeerState.WARMING);
    assertThat(bench.state(first)).isEqualTo(PeerState.DOWN);
    assertThat(bench.lastReason()).isEqualTo("the same process as tcp://b:1");

    // The first is tried again and again, and never takes the session from the second.
    for (int i = 0; i < 10; i++) {
      bench.advanceMs(5000);
      bench.engine.onConnected(first.connection, bench.now);
      assertThat(first.epoch).isLessThan(second.epoch);
    }
    assertThat(bench.state(second)).isEqualTo(PeerState.UP);
    bench.call(PAY);
    assertThat(second.requests()).hasSize(1);
  }

  @Test
  void theFirstIsGreetedAnewOnceTheSecondIsLost() {
    FakeServer first = bench.up("tcp://a:1");
    FakeServer second = bench.connect("tcp://b:1");
    twins(first, second);
    second.refuse();
    bench.advanceMs(5000);
    first.accept();

    assertThat(first.epoch).isGreaterThan(second.epoch);
    assertThat(bench.state(first)).isNotEqualTo(PeerState.DOWN);
  }
}
