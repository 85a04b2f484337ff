package io.meshrpc.policy;

import static io.meshrpc.policy.PickBench.MS;
import static io.meshrpc.policy.PickBench.PAY;
import static io.meshrpc.policy.PickBench.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.LoadBalancer.Outcome;
import io.meshrpc.api.PeerView;
import io.meshrpc.policy.PickBench.Server;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every balancer keeps the contract of {@link LoadBalancer}, whatever happens to the servers. */
class BalancersTest {
  private static final List<Supplier<LoadBalancer>> ALL = List.of(
      LeastLoaded::new,
      P2cLocal::new,
      P2cPeakEwma::new,
      Prequal::new,
      ProbedLeastInFlight::new,
      RandomPick::new,
      RendezvousHash::new,
      () -> new RendezvousHash(new Prequal(), Double.POSITIVE_INFINITY),
      RoundRobin::new,
      SpeedWeightedProbing::new);

  static Stream<Arguments> balancersAndFleets() {
    return ALL.stream()
        .flatMap(kind -> Stream.of(1, 2, 3, 17, 100, 1000).map(servers -> {
          String name = kind.get().getClass().getSimpleName();
          return Arguments.of(Named.of(name, kind), servers);
        }));
  }

  @ParameterizedTest(name = "{0} with {1} servers")
  @MethodSource("balancersAndFleets")
  void theContractIsKept(Supplier<LoadBalancer> kind, int servers) {
    for (int seed = 1; seed <= 5; seed++) {
      new Storm(kind.get(), servers, seed).blow(2000);
    }
  }

  @ParameterizedTest(name = "{0} with {1} servers")
  @MethodSource("balancersAndFleets")
  void theSameSeedMakesTheSameChoices(Supplier<LoadBalancer> kind, int servers) {
    List<String> once = new Storm(kind.get(), servers, 9).blow(500);

    assertThat(new Storm(kind.get(), servers, 9).blow(500)).isEqualTo(once);
  }

  @ParameterizedTest(name = "{0} with {1} servers")
  @MethodSource("balancersAndFleets")
  void serversThatAreGoneAreForgotten(Supplier<LoadBalancer> kind, int servers) {
    LoadBalancer balancer = kind.get();
    Storm storm = new Storm(balancer, servers, 3);
    storm.blow(500);
    storm.bench.servers.subList(servers / 2, servers).forEach(balancer::onGone);

    assertThat(known(balancer)).isSubsetOf(storm.bench.servers.subList(0, servers / 2));
  }

  /** Random states, choices and news for one balancer. */
  private static final class Storm {
    final LoadBalancer balancer;
    final PickBench bench;
    final SplittableRandom chance;
    final List<Server> underWay = new ArrayList<>();
    final List<String> choices = new ArrayList<>();

    Storm(LoadBalancer balancer, int servers, int seed) {
      this.balancer = balancer;
      bench = new PickBench(servers, seed);
      chance = new SplittableRandom(-seed);
    }

    List<String> blow(int times) {
      for (int i = 0; i < times; i++) {
        bench.now += chance.nextLong(1, chance.nextInt(20) == 0 ? 20_000 * MS : 5 * MS);
        switch (chance.nextInt(8)) {
          case 0 -> change(any());
          case 1 -> balancer.onReport(any(), bench.method, usualNs(), bench.now);
          case 2 -> bench.candidates = some();
          case 3 -> balancer.onGone(any());
          case 4, 5 -> end();
          default -> choose();
        }
      }
      return choices;
    }

    private void choose() {
      bench.method = chance.nextBoolean() ? READ : PAY;
      bench.key = chance.nextBoolean() ? null : "key" + chance.nextInt(10);
      bench.asked = chance.nextInt(3);
      bench.mayWait = chance.nextBoolean();
      bench.inFlight = chance.nextInt(2000);
      bench.probed.clear();
      PeerView choice = balancer.pick(bench);
      if (choice == null) {
        assertThat(bench.mayWait).as("null only if it may wait").isTrue();
      } else {
        assertThat(bench.candidates).contains((Server) choice);
        underWay.add((Server) choice);
        ((Server) choice).inFlight++;
      }
      assertThat(bench.candidates).as("who is asked").containsAll(bench.probed);
      assertThat(bench.probed).as("questions for one choice").hasSizeLessThanOrEqualTo(4);
      choices.add(choice == null ? "wait" : choice.endpoint());
    }

    private void end() {
      if (!underWay.isEmpty()) {
        Server server = underWay.remove(chance.nextInt(underWay.size()));
        server.inFlight--;
        Outcome outcome = Outcome.values()[chance.nextInt(Outcome.values().length)];
        balancer.onEnd(server, bench.method, outcome, chance.nextLong(30_000 * MS), bench.now);
      }
    }

    private void change(Server server) {
      server.running = chance.nextInt(9);
      server.queued = chance.nextInt(9) == 0 ? chance.nextInt(100_000) : 0;
      server.workers = chance.nextInt(9);
      server.weight = 0.1 + 0.9 * chance.nextDouble();
      server.oldestAgeNs = chance.nextInt(3) == 0 ? chance.nextLong(60_000 * MS) : 0;
      server.reportedNs = bench.now - chance.nextLong(3_000 * MS);
      server.roundTrip = Duration.ofNanos(chance.nextInt(3) * chance.nextLong(2 * MS));
    }

    private long usualNs() {
      return chance.nextInt(4) == 0 ? 0 : chance.nextLong(1, 1_000 * MS);
    }

    private Server any() {
      return bench.servers.get(chance.nextInt(bench.servers.size()));
    }

    private List<Server> some() {
      if (chance.nextBoolean()) {
        return bench.servers;
      }
      int from = chance.nextInt(bench.servers.size());
      return bench.servers.subList(from, chance.nextInt(from, bench.servers.size()) + 1);
    }
  }

  /** The servers that a balancer still holds, in whatever fields and collections. */
  private static Set<Server> known(@Nullable Object root) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    collect(root, seen);
    Set<Server> known = Collections.newSetFromMap(new IdentityHashMap<>());
    seen.stream().filter(Server.class::isInstance).forEach(server -> known.add((Server) server));
    return known;
  }

  private static void collect(@Nullable Object at, Set<Object> seen) {
    if (at == null || !seen.add(at) || at instanceof Server) {
      return;
    }
    if (at instanceof Map<?, ?> map) {
      map.forEach((key, value) -> {
        collect(key, seen);
        collect(value, seen);
      });
    } else if (at instanceof Collection<?> all) {
      all.forEach(one -> collect(one, seen));
    } else if (at instanceof Object[] array) {
      for (Object one : array) {
        collect(one, seen);
      }
    } else if (at.getClass().getPackage() == LoadBalancer.class.getPackage()
        || at.getClass().getPackage() == BalancersTest.class.getPackage()) {
      for (Field field : at.getClass().getDeclaredFields()) {
        collect(valueOf(field, at), seen);
      }
    }
  }

  private static @Nullable Object valueOf(Field field, Object owner) {
    if (Modifier.isStatic(field.getModifiers()) || field.getType().isPrimitive()) {
      return null;
    }
    try {
      field.setAccessible(true);
      return field.get(owner);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }
}
