package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.READ;
import static io.meshrpc.core.ClientBench.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.wire.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is ejected because its calls succeed less often than elsewhere; see docs/guide/liveness.md. */
class OutliersTest {
  private ClientBench bench = new ClientBench();

  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "50 100 100 100 100 | 0 | one is far below a fleet of five",
        "75 100 100 100 100 | 0 | three quarters are too little",
        "80 100 100 100 100 |   | four fifths are enough",
        "70 70 70 70 70     |   | what all have alike is nobody's fault",
        "50 50 100 100 100  |   | two of five are no outliers, for 1.9 sigmas",
        "100 50 100 100 100 100 100 50 100 100 | 1 7 | two of ten are, and the second by itself",
        "50 100             | 0 | of two, one by comparison with the other",
        "75 100 75          |   | two of three that fail alike are not apart",
        "60 75              |   | of two that both fail, one is not 20 points worse",
        "60 100 100 100     | 0 | of four",
        "50                 |   | alone",
      })
  void aServerIsEjectedThatSucceedsTooSeldomAndLessThanOthers(
      String percents, String ejected, String why) {
    List<FakeServer> servers = new ArrayList<>();
    for (String percent : percents.trim().split(" ")) {
      FakeServer server = bench.up("tcp://s" + servers.size() + ":1");
      calls(server, 20, Integer.parseInt(percent));
      servers.add(server);
    }
    bench.advanceMs(1000);

    List<Integer> expected = ejected == null
        ? List.of()
        : Arrays.stream(ejected.split(" ")).map(Integer::valueOf).toList();
    for (int i = 0; i < servers.size(); i++) {
      PeerState state = expected.contains(i) ? PeerState.EJECTED : PeerState.UP;
      assertThat(bench.state(servers.get(i))).as("server %d: %s", i, why).isEqualTo(state);
    }
  }

  @Test
  void theReasonSaysHowManyWentWell() {
    List<FakeServer> servers = fleet(5);
    calls(servers.get(0), 20, 50);
    bench.advanceMs(1000);

    assertThat(bench.view(servers.get(0)).reason()).isEqualTo("only 10 of 20 calls went well");
  }

  @Test
  void fewCallsProveNothing() {
    List<FakeServer> servers = fleet(5);
    calls(servers.get(0), 9, 50);
    bench.advanceMs(1000);
    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.UP);

    calls(servers.get(0), 1, 0);
    bench.advanceMs(1000);
    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.EJECTED);
  }

  @Test
  void othersWithFewCallsAreNotComparedWith() {
    FakeServer bad = bench.up("tcp://bad:1");
    FakeServer other = bench.up("tcp://other:1");
    calls(bad, 20, 50);
    calls(other, 9, 100);
    bench.advanceMs(1000);

    assertThat(bench.state(bad)).isEqualTo(PeerState.UP);
  }

  @Test
  void whatIsLongAgoDoesNotCount() {
    List<FakeServer> servers = fleet(5);
    calls(servers.get(0), 9, 50);
    bench.advanceMs(11_000);
    servers.forEach(server -> calls(server, 10, 100));
    calls(servers.get(0), 9, 60);
    bench.advanceMs(1000);

    assertThat(bench.state(servers.get(0))).as("15 of 19").isEqualTo(PeerState.EJECTED);
    assertThat(bench.lastReason()).isEqualTo("only 15 of 19 calls went well");
  }

  @ParameterizedTest
  @EnumSource(
      value = Code.class,
      names = {"NOT_FOUND", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "PERMISSION_DENIED"})
  void errorsThatAreTheApplicationsOwnAreGood(Code code) {
    List<FakeServer> servers = fleet(5);
    for (int i = 0; i < 20; i++) {
      call(servers.get(0));
      servers.get(0).fail(servers.get(0).lastRequest(), code);
    }
    bench.advanceMs(1000);

    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.UP);
  }

  @Test
  void refusalsForOverloadCountForTheWindowAndNotInARow() {
    List<FakeServer> servers = fleet(5);
    for (int i = 0; i < 20; i++) {
      call(servers.get(0));
      servers.get(0).turnAway(servers.get(0).lastRequest(), Reason.QUEUE_FULL, -1);
    }
    assertThat(bench.state(servers.get(0))).as("not in a row").isEqualTo(PeerState.UP);
    bench.advanceMs(1000);

    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.EJECTED);
    assertThat(bench.lastReason()).isEqualTo("only 0 of 20 calls went well");
  }

  @Test
  void anOverloadOfAllEjectsNobody() {
    List<FakeServer> servers = fleet(0);
    for (int s = 0; s < 5; s++) {
      FakeServer server = bench.up("tcp://s" + s + ":1");
      servers.add(server);
      for (int i = 0; i < 20; i++) {
        call(server);
        server.turnAway(server.lastRequest(), Reason.QUEUE_FULL, -1);
      }
    }
    bench.advanceMs(1000);

    assertThat(servers).allMatch(server -> bench.state(server) == PeerState.UP);
  }

  @Test
  void aServerThatAnswersPingsAndNoCallsIsEjected() {
    List<FakeServer> servers = fleet(5);
    for (int i = 0; i < 20; i++) {
      call(servers.get(0), Duration.ofMillis(20));
    }
    bench.advanceMs(1100);

    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.EJECTED);
  }

  @Test
  void callsThatWereCancelledOrHandedBackDoNotCount() {
    List<FakeServer> servers = fleet(5);
    for (int i = 0; i < 20; i++) {
      ClientCall cancelled = call(servers.get(0));
      bench.engine.cancel(cancelled, bench.now);
      call(servers.get(0));
      servers.get(0).turnAway(servers.get(0).lastRequest(), Reason.DRAINING, 0);
    }
    bench.advanceMs(1000);

    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.UP);
  }

  @Test
  void afterItsTimeAServerBeginsAnew() {
    List<FakeServer> servers = fleet(5);
    FakeServer bad = servers.get(0);
    calls(bad, 20, 50);
    bench.advanceMs(1000);
    assertThat(bench.state(bad)).isEqualTo(PeerState.EJECTED);
    bench.advanceMs(1010);
    assertThat(bench.state(bad)).isEqualTo(PeerState.PROBATION);
    calls(bad, 1, 100);
    bench.advanceMs(3000);
    assertThat(bench.state(bad)).as("its past is void").isEqualTo(PeerState.UP);

    servers.forEach(server -> calls(server, 20, 100));
    calls(bad, 19, 0, 2);
    bench.advanceMs(1000);
    assertThat(bench.state(bad)).isEqualTo(PeerState.EJECTED);
    bench.advanceMs(1990);
    assertThat(bench.state(bad)).as("the second time takes longer").isEqualTo(PeerState.EJECTED);
    bench.advanceMs(20);
    assertThat(bench.state(bad)).isEqualTo(PeerState.PROBATION);
  }

  @Test
  void aNewProcessDoesNotInheritThePastOfTheOldOne() {
    List<FakeServer> servers = fleet(5);
    calls(servers.get(0), 20, 50);
    servers.get(0).restart().accept();
    bench.advanceMs(1000);

    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.UP);
  }

  @Test
  void bothRulesTogetherEjectNoMoreThanAThird() {
    List<FakeServer> servers = fleet(6);
    calls(servers.get(0), 5, 0);
    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.EJECTED);
    calls(servers.get(1), 20, 50);
    bench.advanceMs(900);
    assertThat(bench.state(servers.get(1))).isEqualTo(PeerState.EJECTED);
    calls(servers.get(2), 20, 0);
    bench.advanceMs(90);

    assertThat(servers.stream().filter(server -> bench.state(server) == PeerState.EJECTED))
        .hasSize(2);
  }

  @Test
  void theBoundsAreSettings() {
    LivenessSettings settings = LivenessSettings.DEFAULTS
        .withEjectBelowPercent(50)
        .withEjectSamplesMin(40)
        .withEjectWindow(Duration.ofSeconds(60));
    bench = new ClientBench(settings, new RoundRobin(), AttemptInterceptor.NONE, 1);
    List<FakeServer> servers = fleet(5, 40);
    calls(servers.get(0), 39, 40);
    bench.advanceMs(30_000);
    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.UP);
    calls(servers.get(0), 1, 0);
    bench.advanceMs(1000);

    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.EJECTED);
  }

  /** So many servers, the first without calls, the others with calls that went well. */
  private List<FakeServer> fleet(int count) {
    return fleet(count, 20);
  }

  private List<FakeServer> fleet(int count, int calls) {
    List<FakeServer> servers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      FakeServer server = bench.up("tcp://s" + i + ":1");
      servers.add(server);
      calls(server, i == 0 ? 0 : calls, 100);
    }
    return servers;
  }

  /** Calls of which so many percent succeed, evenly mixed. */
  private void calls(FakeServer server, int count, int percent) {
    calls(server, count, percent, Integer.MAX_VALUE);
  }

  /** The same, with a success after so many failures in a row. */
  private void calls(FakeServer server, int count, int percent, int rowMax) {
    int row = 0;
    for (int i = 0; i < count; i++) {
      call(server);
      boolean good = (i + 1) * percent / 100 > i * percent / 100 || row == rowMax;
      row = good ? 0 : row + 1;
      if (good) {
        server.ok(server.lastRequest());
      } else {
        server.fail(server.lastRequest(), Code.INTERNAL);
      }
    }
  }

  private ClientCall call(FakeServer server) {
    return call(server, Duration.ofSeconds(60));
  }

  private ClientCall call(FakeServer server, Duration deadline) {
    CallOptions there = CallOptions.DEFAULT.withServer(server.endpoint);
    return bench.call(READ, RETRY.withMaxAttempts(1), there, deadline);
  }
}
