package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How often idle servers are pinged, by their number. */
class HeartbeatTest {
  private ClientBench bench = new ClientBench();
  private final List<FakeServer> servers = new ArrayList<>();

  @ParameterizedTest(name = "{0} servers: every {1} ms")
  @CsvSource({"1, 500", "100, 500", "250, 500", "500, 1000", "1000, 2000"})
  void manyServersArePingedMoreSeldom(int count, int everyMs) {
    up(count);
    bench.advanceMs(10L * everyMs);
    int pings = pings();

    assertThat(pings / 10.0 / count).as("pings of one in an interval").isBetween(0.85, 1.15);
  }

  @Test
  void theIntervalDoesNotGrowWithoutEnd() {
    LivenessSettings settings =
        LivenessSettings.DEFAULTS.withHeartbeatPerServer(Duration.ofHours(1));
    bench = new ClientBench(settings, new RoundRobin(), AttemptInterceptor.NONE, 1);
    up(2);
    bench.advanceMs(21_900);

    assertThat(servers).allMatch(server -> !server.all(Ping.class).isEmpty());
    assertThat(servers).allMatch(server -> bench.state(server) == PeerState.UP);
  }

  @Test
  void silenceIsToldLaterByAsMuch() {
    up(1000);
    bench.advanceMs(10_000);
    FakeServer silent = servers.get(17);
    int before = silent.all(Ping.class).size();
    while (silent.all(Ping.class).size() == before) {
      bench.advanceMs(1);
    }
    silent.frozen = true; // its last word has just come
    bench.advanceMs(2000);
    assertThat(bench.state(silent)).isEqualTo(PeerState.UP);
    bench.advanceMs(470);
    assertThat(bench.state(silent)).as("2 s, a tenth, and 250 ms").isEqualTo(PeerState.SUSPECT);
    bench.advanceMs(1100);
    assertThat(bench.state(silent)).isEqualTo(PeerState.SUSPECT);
    bench.advanceMs(100);
    assertThat(bench.state(silent)).as("1.65 s later than usual").isEqualTo(PeerState.DOWN);
  }

  @Test
  void pingsOfServersThatCameTogetherDoNotFlock() {
    up(50);
    bench.advanceMs(10_000);
    servers.forEach(server -> server.got.clear());
    TreeSet<Long> moments = new TreeSet<>();
    for (int ms = 0; ms < 1000; ms++) {
      int before = pings();
      bench.advanceMs(1);
      if (pings() > before) {
        moments.add(bench.now);
      }
    }

    assertThat(moments).hasSizeGreaterThan(50);
  }

  @Test
  void amongManyServersThoseThatAreDueSoonArePingedTogether() {
    up(1000);
    bench.advanceMs(10_000);
    int before = pings();
    int moments = 0;
    for (int ms = 0; ms < 2000; ms++) {
      int then = pings();
      bench.advanceMs(1);
      moments += pings() > then ? 1 : 0;
    }

    assertThat(pings() - before).isBetween(850, 1150);
    assertThat(moments).as("moments with pings in one interval").isBetween(8, 40);
  }

  private void up(int count) {
    for (int i = 0; i < count; i++) {
      servers.add(bench.up("tcp://s" + i + ":1"));
    }
  }

  private int pings() {
    return servers.stream().mapToInt(server -> server.all(Ping.class).size()).sum();
  }

  @Test
  void refusalsAreNotWhatCallsUsuallyTake() {
    up(1);
    FakeServer server = servers.get(0);
    for (int i = 0; i < 10; i++) {
      bench.call(ClientBench.READ);
      bench.advanceMs(100);
      server.ok(server.lastRequest());
    }
    for (int i = 0; i < 100; i++) {
      bench.call(ClientBench.READ, RetryPolicy.NEVER);
      server.turnAway(server.lastRequest(), Reason.QUEUE_FULL, 0);
    }
    int before = server.all(Ping.class).size();
    bench.call(ClientBench.READ);
    bench.advanceMs(390);
    assertThat(server.all(Ping.class)).as("four times the usual is not over").hasSize(before);
    bench.advanceMs(20);
    assertThat(server.all(Ping.class)).hasSize(before + 1);
  }
}
