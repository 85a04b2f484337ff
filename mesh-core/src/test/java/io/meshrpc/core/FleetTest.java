package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.PAY;
import static io.meshrpc.core.ClientBench.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** To which servers of many a client is connected. */
class FleetTest {
  private static ClientBench bench() {
    return new ClientBench(new ClientLimits(1000, 1000).withSubset(40, 1));
  }

  private static List<FakeServer> up(ClientBench bench, int count) {
    List<FakeServer> servers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      servers.add(bench.up("tcp://s" + i + ":1"));
    }
    return servers;
  }

  private static Set<String> connected(ClientBench bench) {
    Set<String> endpoints = new HashSet<>();
    for (PeerView peer : bench.engine.peers(bench.now)) {
      endpoints.add(peer.endpoint());
    }
    return endpoints;
  }

  @Test
  void upToTheLimitAllAreConnected() {
    ClientBench bench = bench();
    up(bench, 40);

    assertThat(connected(bench)).hasSize(40);
  }

  @Test
  void aboveItOnlyASubsetIs() {
    ClientBench bench = bench();
    up(bench, 40);
    bench.connect("tcp://t:1");
    bench.advanceMs(1000);

    assertThat(connected(bench)).hasSize(20);
  }

  @Test
  void oneMoreServerChangesOneConnectionAtMost() {
    ClientBench bench = bench();
    up(bench, 40);
    for (int i = 0; i < 30; i++) {
      bench.connect("tcp://t" + i + ":1");
      bench.advanceMs(1000);
      Set<String> before = connected(bench);
      bench.connect("tcp://u" + i + ":1");
      bench.advanceMs(1000);
      Set<String> gone = new HashSet<>(before);
      gone.removeAll(connected(bench));
      assertThat(gone).hasSizeLessThanOrEqualTo(1);
      assertThat(connected(bench)).hasSizeBetween(20, 21);
    }
  }

  @Test
  void aServerThatLeavesTheSubsetGetsNoNewCallAndEndsItsOwn() {
    ClientBench bench = bench();
    List<FakeServer> servers = up(bench, 40);
    for (FakeServer server : servers) {
      bench.call(PAY, CallOptions.DEFAULT.withServer(server.endpoint));
    }
    bench.connect("tcp://t:1");
    bench.advanceMs(100);
    for (int i = 0; i < 80; i++) {
      bench.call(READ); // round robin
    }
    assertThat(bench.completed).isEmpty();
    List<FakeServer> leaving =
        servers.stream().filter(server -> server.requests().size() == 1).toList();
    assertThat(leaving).hasSizeBetween(20, 21);

    FakeServer one = leaving.get(0);
    one.ok(one.requests().get(0));
    assertThat(bench.completed).hasSize(1);
    assertThat(bench.completed.get(0).response()).isNotNull();
    bench.advanceMs(600);
    assertThat(connected(bench)).doesNotContain(one.endpoint).contains(leaving.get(1).endpoint);
    assertThat(bench.moves(one)).endsWith("UP>DOWN");
    assertThat(bench.lastReason()).isEqualTo("not in this client's subset");
  }

  @Test
  void aCallThatNamesAServerOutsideTheSubsetIsToldWhy() {
    ClientBench bench = bench();
    List<FakeServer> servers = up(bench, 41);
    bench.advanceMs(1000);
    String outside = servers.stream()
        .map(server -> server.endpoint)
        .filter(endpoint -> !connected(bench).contains(endpoint))
        .findFirst()
        .orElseThrow();

    ClientCall call =
        bench.call(READ, CallOptions.DEFAULT.withServer(outside).withWaitForReady(false));

    assertThat(call.failure()).isNotNull();
    assertThat(call.failure().code()).isEqualTo(Code.UNAVAILABLE);
    assertThat(call.failure().execution()).isEqualTo(Execution.NOT_SENT);
    assertThat(call.failure().getMessage()).contains("not connected to it");
  }

  @Test
  void whenOneOfTheSubsetIsRemovedAnotherTakesItsPlace() {
    ClientBench bench = bench();
    up(bench, 60);
    bench.advanceMs(1000);
    Set<String> before = connected(bench);
    String removed = before.iterator().next();
    bench.engine.disconnect(removed, bench.now);
    bench.advanceMs(1000);

    Set<String> after = connected(bench);
    assertThat(after).hasSize(20).doesNotContain(removed);
    before.remove(removed);
    assertThat(after).containsAll(before);
  }

  @Test
  void whenTheFleetShrinksToTheLimitAllAreConnectedAgain() {
    ClientBench bench = bench();
    up(bench, 41);
    bench.advanceMs(1000);
    bench.engine.disconnect("tcp://s7:1", bench.now);
    bench.advanceMs(1000);

    assertThat(connected(bench)).hasSize(40).doesNotContain("tcp://s7:1");
    assertThat(bench.engine.peers(bench.now))
        .anyMatch(peer -> peer.state() == PeerState.CONNECTING);
  }

  @Test
  void aServerThatIsToldTwiceCountsOnce() {
    ClientBench bench = bench();
    up(bench, 40);
    bench.engine.connect("tcp://s3:1", bench.now);
    bench.advanceMs(1000);

    assertThat(connected(bench)).hasSize(40);
  }
}
