package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.READ;
import static io.meshrpc.core.ClientBench.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LeastLoaded;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.RandomPick;
import io.meshrpc.policy.RendezvousHash;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.policy.SpeedWeightedProbing;
import io.meshrpc.wire.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of calls when silence and failures take more than half of the servers. */
class PanicTest {
  private ClientBench bench = new ClientBench();
  private List<FakeServer> servers = new ArrayList<>();

  static Stream<Supplier<LoadBalancer>> balancers() {
    return Stream.of(
        RoundRobin::new,
        RandomPick::new,
        LeastLoaded::new,
        SpeedWeightedProbing::new,
        RendezvousHash::new);
  }

  @ParameterizedTest
  @MethodSource("balancers")
  void whileThoseThatAreWellHaveLittleToDoTheyGetEverything(Supplier<LoadBalancer> balancer) {
    begin(LivenessSettings.DEFAULTS, balancer.get(), 10);
    silence(6);
    calls(4 * 20);
    bench.advanceMs(5);

    assertThat(requests(0, 6)).isZero();
    assertThat(requests(6, 10)).isEqualTo(4 * 20);
  }

  @ParameterizedTest
  @MethodSource("balancers")
  void thoseThatAreSilentRelieveTheOthersAndHaveTwentyRequestsLess(
      Supplier<LoadBalancer> balancer) {
    begin(LivenessSettings.DEFAULTS, balancer.get(), 10);
    silence(6);
    calls(400);
    bench.advanceMs(5);

    double live = requests(6, 10) / 4.0;
    assertThat(requests(0, 6)).isPositive();
    for (FakeServer silent : servers.subList(0, 6)) {
      assertThat(silent.requests().size()).isLessThanOrEqualTo((int) Math.ceil(live - 20));
    }
    assertThat(requests(0, 10)).isEqualTo(400);
  }

  @Test
  void whatServersSayOfTheirLoadCounts() {
    begin(LivenessSettings.DEFAULTS, new RoundRobin(), 10);
    silence(6);
    servers.subList(6, 10).forEach(server -> server.load(50, 1));
    calls(10);

    assertThat(requests(0, 6)).isPositive();
  }

  @Test
  void halfIsNotMoreThanHalf() {
    begin(LivenessSettings.DEFAULTS, new RoundRobin(), 10);
    silence(5);
    calls(400);

    assertThat(requests(0, 5)).isZero();
  }

  @Test
  void thoseThatAreDownStayOut() {
    begin(LivenessSettings.DEFAULTS, new RoundRobin(), 10);
    servers.get(0).refuse();
    servers.get(1).lose();
    servers.subList(2, 6).forEach(server -> server.frozen = true);
    bench.advanceMs(2100);
    assertThat(servers.subList(0, 6)).allMatch(server -> bench.state(server) == PeerState.DOWN);
    calls(400);

    assertThat(requests(0, 6)).isZero();
    assertThat(requests(6, 10)).isEqualTo(400);
  }

  @Test
  void refusedOnesAreMissedButNotChosen() {
    begin(LivenessSettings.DEFAULTS, new RoundRobin(), 10);
    servers.subList(0, 5).forEach(FakeServer::refuse);
    servers.get(5).frozen = true;
    bench.advanceMs(900);
    assertThat(bench.state(servers.get(5))).isEqualTo(PeerState.SUSPECT);
    calls(400);

    assertThat(requests(0, 5)).isZero();
    assertThat(requests(5, 6)).isPositive();
  }

  @Test
  void thoseThatAreStuckStayOut() {
    begin(LivenessSettings.DEFAULTS, new RoundRobin(), 3);
    for (int i = 0; i < 13; i++) {
      servers.subList(0, 2).forEach(server -> server.load(5, 40));
      bench.advanceMs(100);
    }
    assertThat(servers.subList(0, 2)).allMatch(server -> bench.state(server) == PeerState.SUSPECT);
    calls(200);

    assertThat(requests(0, 2)).isZero();
  }

  @Test
  void thoseThatAreStuckStayOutWhileSilentOnesRelieve() {
    begin(LivenessSettings.DEFAULTS, new RoundRobin(), 4);
    FakeServer stuck = servers.get(3);
    for (int i = 0; i < 9; i++) {
      stuck.load(1, 40);
      bench.advanceMs(100);
    }
    servers.subList(0, 2).forEach(server -> server.frozen = true);
    for (int i = 0; i < 9; i++) {
      stuck.load(1, 40);
      bench.advanceMs(100);
    }
    assertThat(servers)
        .filteredOn(server -> bench.state(server) == PeerState.SUSPECT)
        .containsExactly(servers.get(0), servers.get(1), stuck);
    calls(200);

    assertThat(stuck.requests()).isEmpty();
    assertThat(requests(0, 2)).isPositive();
  }

  @Test
  void ejectedOnesRelieveTheOthersToo() {
    begin(LivenessSettings.DEFAULTS, new RoundRobin(), 5);
    FakeServer ejected = servers.get(0);
    for (int i = 0; i < 5; i++) {
      CallOptions there = CallOptions.DEFAULT.withServer(ejected.endpoint);
      bench.call(READ, RETRY, there, Duration.ofSeconds(60));
      ejected.fail(ejected.lastRequest(), Code.INTERNAL);
    }
    assertThat(bench.state(ejected)).isEqualTo(PeerState.EJECTED);
    servers.get(1).refuse();
    servers.get(2).refuse();
    calls(100);

    assertThat(requests(0, 1) - 5).as("100 calls to two and one").isBetween(15, 30);
  }

  @Test
  void aCallIsNotTriedTwiceAtADoubtfulServerWhileAnotherIsThere() {
    begin(LivenessSettings.DEFAULTS, new RoundRobin(), 3);
    silence(2);
    calls(120);
    FakeServer doubtful = servers.get(0);
    Request request = doubtful.lastRequest();
    int before = requests(0, 1);
    doubtful.turnAway(request, io.meshrpc.wire.Reason.REVOKED, 0);
    bench.advanceMs(1);

    assertThat(requests(0, 1)).isEqualTo(before);
  }

  @Test
  void ifOnlyPingsAreLostTheServersAreFoundWellAgain() {
    begin(LivenessSettings.DEFAULTS, new LeastLoaded(), 10);
    silence(6);
    calls(400);
    servers.subList(0, 6).forEach(server -> server.ok(server.lastRequest()));

    assertThat(servers).allMatch(server -> bench.state(server) == PeerState.UP);
    assertThat(bench.lastReason()).isEqualTo("heard again");
  }

  @Test
  void theShareIsASetting() {
    begin(LivenessSettings.DEFAULTS.withPanicPercent(0), new RoundRobin(), 10);
    silence(9);
    calls(400);
    assertThat(requests(0, 9)).isZero();

    begin(LivenessSettings.DEFAULTS.withPanicPercent(100), new RoundRobin(), 10);
    silence(1);
    calls(400);
    assertThat(requests(0, 1)).isPositive();
  }

  private void begin(LivenessSettings settings, LoadBalancer balancer, int count) {
    bench = new ClientBench(settings, balancer, AttemptInterceptor.NONE, 1);
    servers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      servers.add(bench.up("tcp://s" + i + ":1"));
    }
    servers.forEach(server -> server.load(0, 0));
  }

  /** The first of them answer no pings any more, and are suspect. */
  private void silence(int count) {
    servers.subList(0, count).forEach(server -> server.frozen = true);
    bench.advanceMs(900);
    assertThat(servers.subList(0, count))
        .allMatch(server -> bench.state(server) == PeerState.SUSPECT);
  }

  private void calls(int count) {
    for (int i = 0; i < count; i++) {
      bench.call(
          READ, RETRY, CallOptions.DEFAULT.withRoutingKey("key " + i), Duration.ofSeconds(60));
    }
  }

  private int requests(int from, int to) {
    return servers.subList(from, to).stream().mapToInt(s -> s.requests().size()).sum();
  }
}
