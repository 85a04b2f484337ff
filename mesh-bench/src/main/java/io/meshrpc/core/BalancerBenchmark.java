package io.meshrpc.core;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import io.meshrpc.bench.EchoMesh;
import io.meshrpc.policy.LeastLoaded;
import io.meshrpc.policy.RandomPick;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.policy.SpeedWeightedProbing;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A pick among peers that are all up and have reported their load. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up
public class BalancerBenchmark {
  /** Candidates. */
  @Param({"3", "100", "1000"})
  public int peers;

  private final LoadBalancer leastLoaded = new LeastLoaded();
  private final LoadBalancer roundRobin = new RoundRobin();
  private final LoadBalancer random = new RandomPick();
  private final LoadBalancer probing = new SpeedWeightedProbing();
  private final List<Peer> candidates = new ArrayList<>();
  private LoadBalancer.Pick pick;
  private int next;

  /** Makes the peers. */
  @Setup
  public void connect() {
    SplittableRandom chance = new SplittableRandom(1);
    for (int i = 0; i < peers; i++) {
      Peer peer = new Peer(
          "tcp://127.0.0.1:" + (10_000 + i), new Now(), new SuccessWindow(10_000_000_000L));
      peer.moveTo(PeerState.WARMING, "welcome");
      peer.moveTo(PeerState.UP, "warm");
      peer.onLoad(new LoadReport(chance.nextInt(4), chance.nextInt(64), 64, 0, i, 1000, 0, 0), 0);
      candidates.add(peer);
    }
    pick = new BenchPick(candidates, EchoMesh.ECHO, chance);
    for (Peer peer : candidates) {
      probing.onReport(peer, EchoMesh.ECHO, 100_000, 0);
    }
  }

  /** The less loaded of two. */
  @Benchmark
  public @Nullable PeerView leastLoaded() {
    return leastLoaded.pick(pick);
  }

  /** The default: the pick, and the report that comes with an answer and keeps the pool full. */
  @Benchmark
  public @Nullable PeerView speedWeightedProbing() {
    next = next + 1 < peers ? next + 1 : 0;
    probing.onReport(candidates.get(next), EchoMesh.ECHO, 100_000 + 1000L * (next & 15), 0);
    return probing.pick(pick);
  }

  /** Each in turn. */
  @Benchmark
  public @Nullable PeerView roundRobin() {
    return roundRobin.pick(pick);
  }

  /** Any. */
  @Benchmark
  public @Nullable PeerView random() {
    return random.pick(pick);
  }
}
