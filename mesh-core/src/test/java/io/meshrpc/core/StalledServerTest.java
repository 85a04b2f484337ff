package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.PeerState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Handlers hang, and the loop goes on: the server answers pings, and says that nothing gets done. */
class StalledServerTest {
  private static final int WORKERS = 4;

  private final ClientBench bench = new ClientBench();

  @Test
  void aServerThatIsStillYoungCanBeStuckToo() {
    FakeServer young = bench.connect("tcp://a:1");
    young.accept(Duration.ZERO);
    assertThat(bench.state(young)).isEqualTo(PeerState.WARMING);

    reports(young, 13, 5, WORKERS, 40);

    assertThat(bench.state(young)).isEqualTo(PeerState.SUSPECT);
    assertThat(bench.lastReason()).startsWith("stalled");
  }

  @Test
  void aStuckServerWhoseQueueWasTakenBackIsStillStuck() {
    FakeServer stuck = bench.up("tcp://a:1");
    FakeServer other = bench.up("tcp://b:1");
    reports(stuck, 13, 5, WORKERS, 40);

    reports(stuck, 5, 0, WORKERS, 40);
    assertThat(bench.state(stuck)).isEqualTo(PeerState.SUSPECT);
    bench.call(ClientBench.READ);
    assertThat(stuck.requests()).isEmpty();
    assertThat(other.requests()).hasSize(1);

    reports(stuck, 2, 0, WORKERS, 41);
    assertThat(bench.state(stuck)).as("something got done").isEqualTo(PeerState.UP);
  }

  @Test
  void thatOthersTookTheirWorkBackDoesNotHideThatItIsStuck() {
    FakeServer stuck = bench.up("tcp://a:1");

    reports(stuck, 3, 5, WORKERS, 40);
    reports(stuck, 10, 0, WORKERS, 40);

    assertThat(bench.state(stuck)).isEqualTo(PeerState.SUSPECT);
    assertThat(bench.lastReason()).isEqualTo("stalled: a queue of 5, nothing completed");
  }

  @Test
  void reportsThatWereHeldUpOnTheirWayTellOfNoStandstill() {
    FakeServer server = bench.up("tcp://a:1");
    server.load(1, 5, 1000);
    bench.advanceMs(900);
    server.load(1, 5, 1001); // sent long before it came

    bench.now += 2_000_000_000L;
    server.load(1, 5, 1002);
    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
    server.load(1, 5, 2200);
    assertThat(bench.state(server)).isEqualTo(PeerState.SUSPECT);
  }

  @Test
  void handlersThatTakeLongAndMakeNobodyWaitAreFine() {
    FakeServer busy = bench.up("tcp://a:1");

    reports(busy, 40, 0, WORKERS, 40);

    assertThat(bench.state(busy)).isEqualTo(PeerState.UP);
  }

  @Test
  void aServerThatWasIdleForLongIsNotStuckWhenAQueueForms() {
    FakeServer idle = bench.up("tcp://a:1");

    reports(idle, 40, 0, 0, 40);
    reports(idle, 2, 5, WORKERS, 40);

    assertThat(bench.state(idle)).isEqualTo(PeerState.UP);
  }

  private void reports(FakeServer server, int times, int queued, int running, long completed) {
    for (int i = 0; i < times; i++) {
      long uptimeMs = bench.now / 1_000_000;
      server.say(
          server.session, new LoadReport(queued, running, WORKERS, 0, completed, uptimeMs, 0, 0));
      bench.advanceMs(100);
    }
  }
}
