package io.meshrpc.policy;

import static io.meshrpc.policy.PickBench.MS;
import static io.meshrpc.policy.PickBench.READ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.LoadBalancer.Outcome;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import io.meshrpc.policy.PickBench.Server;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who shares a key shares a server, as far as load allows. */
class RendezvousHashTest {
  private static final int KEYS = 10_000;

  private final RendezvousHash balancer = new RendezvousHash();

  private Map<String, Server> owners(PickBench bench) {
    Map<String, Server> owners = new HashMap<>();
    for (int i = 0; i < KEYS; i++) {
      owners.put("customer-" + i, ownerOf("customer-" + i, bench));
    }
    return owners;
  }

  private Server ownerOf(String key, PickBench bench) {
    bench.key = key;
    return bench.choose(balancer);
  }

  @Test
  void aKeyGoesToTheSameServerFromEveryClientInWhateverOrderItConnected() {
    PickBench bench = new PickBench(10, 1);
    PickBench mixed = new PickBench(10, 2);
    Collections.shuffle(mixed.servers, new Random(3));
    RendezvousHash another = new RendezvousHash(new RandomPick());
    for (int i = 0; i < 200; i++) {
      Server owner = ownerOf("k" + i, bench);
      mixed.key = "k" + i;

      assertThat(mixed.choose(another).endpoint()).isEqualTo(owner.endpoint());
      assertThat(ownerOf("k" + i, bench)).isSameAs(owner);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 20, 100})
  void keysAreSharedEvenly(int servers) {
    PickBench bench = new PickBench(servers, 1);
    Map<Server, Integer> shares = new HashMap<>();
    owners(bench).values().forEach(owner -> shares.merge(owner, 1, Integer::sum));

    double fair = (double) KEYS / servers;
    assertThat(shares).hasSize(servers);
    assertThat(shares.values())
        .as("five standard deviations")
        .allMatch(share -> Math.abs(share - fair) < 5 * Math.sqrt(fair));
  }

  @Test
  void whenAServerGoesOnlyItsKeysMoveAndToAllOthers() {
    PickBench bench = new PickBench(10, 1);
    Map<String, Server> before = owners(bench);
    Server gone = bench.servers.remove(4);
    Map<String, Server> after = owners(bench);

    Map<Server, Integer> heirs = new HashMap<>();
    before.forEach((key, owner) -> {
      if (owner == gone) {
        heirs.merge(after.get(key), 1, Integer::sum);
      } else {
        assertThat(after.get(key)).isSameAs(owner);
      }
    });
    assertThat(heirs).hasSize(9);
    assertThat(heirs.values()).allMatch(share -> share > 60 && share < 165);
  }

  @Test
  void whenAServerComesItTakesItsShareAndNothingElseMoves() {
    PickBench bench = new PickBench(9, 1);
    Map<String, Server> before = owners(bench);
    Server fresh = new Server("tcp://new:1", bench);
    bench.servers.add(fresh);
    Map<String, Server> after = owners(bench);

    int moved = 0;
    for (Map.Entry<String, Server> owned : after.entrySet()) {
      if (owned.getValue() == fresh) {
        moved++;
      } else {
        assertThat(owned.getValue()).isSameAs(before.get(owned.getKey()));
      }
    }
    assertThat(moved).as("a tenth").isBetween(850, 1150);
  }

  @ParameterizedTest(name = "{0} at the key's server, {1} at each of three others, bound {2}: {3}")
  @CsvSource({
    "0, 0, 1.25, true",
    "1, 0, 1.25, false", // the bound is one call
    "4, 4, 1.25, true", // 1.25 x 17 / 4, rounded up: 6
    "5, 4, 1.25, true", // 1.25 x 18 / 4, rounded up: 6
    "6, 4, 1.25, false",
    "6, 4, 1.5, true", // 1.5 x 19 / 4, rounded up: 8
    "8, 4, 1.5, false",
    "900, 0, Infinity, true",
  })
  void loadIsBounded(int owners, int others, double bound, boolean taken) {
    PickBench bench = new PickBench(4, 1);
    Server owner = ownerOf("k", bench);
    bench.servers.forEach(server -> server.inFlight = server == owner ? owners : others);

    Server choice = bench.choose(new RendezvousHash(new RandomPick(), bound));

    assertThat(choice == owner).isEqualTo(taken);
  }

  @Test
  void aHotKeySpreadsAndNoServerGetsMoreThanTheBound() {
    PickBench bench = new PickBench(8, 1);
    bench.key = "hot";
    for (int calls = 1; calls <= 400; calls++) {
      bench.choose(balancer).inFlight++;
      double most = Math.ceil(1.25 * calls / 8);
      assertThat(bench.servers).allMatch(server -> server.inFlight <= most);
    }

    String owner = ownerOf("hot", new PickBench(8, 1)).endpoint();
    assertThat(bench.servers)
        .filteredOn(server -> server.endpoint().equals(owner))
        .allMatch(server -> server.inFlight == 63); // 1.25 x 50, rounded up
    assertThat(bench.servers).filteredOn(server -> server.inFlight > 0).hasSizeGreaterThan(6);
  }

  @Test
  void whatOverflowsGoesToTheSameSecondServer() {
    PickBench bench = new PickBench(10, 1);
    Server owner = ownerOf("k", bench);
    owner.inFlight = 1;
    Server second = bench.choose(balancer);

    assertThat(second).isNotSameAs(owner);
    for (int i = 0; i < 20; i++) {
      assertThat(bench.choose(balancer)).isSameAs(second);
    }
    bench.candidates = new ArrayList<>(bench.servers);
    bench.candidates.remove(owner);
    assertThat(bench.choose(balancer))
        .as("who has the key when the owner is gone")
        .isSameAs(second);
  }

  @Test
  void someServerAlwaysHasRoom() {
    SplittableRandom random = new SplittableRandom(5);
    RendezvousHash tight = new RendezvousHash(new RandomPick(), 1);
    for (int i = 0; i < 1000; i++) {
      PickBench bench = new PickBench(1 + random.nextInt(10), i);
      bench.servers.forEach(server -> server.inFlight = random.nextInt(5));
      bench.key = "k" + i;
      int total = bench.servers.stream().mapToInt(server -> server.inFlight).sum();

      Server choice = bench.choose(tight);

      assertThat(choice.inFlight + 1.0)
          .isLessThanOrEqualTo(Math.ceil((total + 1.0) / bench.servers.size()));
    }
  }

  @Test
  void aCallWithoutAKeyIsLeftToTheOtherBalancer() {
    PickBench bench = new PickBench(4, 1);
    RendezvousHash turns = new RendezvousHash(new RoundRobin());

    assertThat(bench.shares(turns, 8).values()).containsExactly(2, 2, 2, 2);
    assertThat(balancer.pick(bench)).as("the usual other one asks first").isNull();
    assertThat(bench.probed).hasSize(3);
  }

  @Test
  void theOtherBalancerHearsEverything() {
    List<String> heard = new ArrayList<>();
    PickBench bench = new PickBench(1, 1);
    Server server = bench.servers.get(0);
    RendezvousHash hash = new RendezvousHash(new Hearing(heard));

    hash.onReport(server, READ, 7, 8);
    hash.onEnd(server, READ, Outcome.REFUSED, 5 * MS, 9);
    hash.onGone(server);

    assertThat(heard).containsExactly("report 7 8", "end REFUSED 5000000 9", "gone");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.99, -1, Double.NaN})
  void aBoundBelowOneIsRefused(double bound) {
    assertThatThrownBy(() -> new RendezvousHash(new RandomPick(), bound))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bound: " + bound + " (expected: >= 1)");
  }

  private record Hearing(List<String> heard) implements LoadBalancer {
    @Override
    public @Nullable PeerView pick(Pick pick) {
      return null;
    }

    @Override
    public void onReport(PeerView peer, MethodDescriptor<?, ?> method, long usualNs, long nowNs) {
      heard.add("report " + usualNs + " " + nowNs);
    }

    @Override
    public void onEnd(
        PeerView peer, MethodDescriptor<?, ?> method, Outcome outcome, long tookNs, long nowNs) {
      heard.add("end " + outcome + " " + tookNs + " " + nowNs);
    }

    @Override
    public void onGone(PeerView peer) {
      heard.add("gone");
    }
  }
}
