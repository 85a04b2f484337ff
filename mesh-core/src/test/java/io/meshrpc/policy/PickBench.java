package io.meshrpc.policy;

import io.meshrpc.api.Idempotency;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A choice to put before a balancer, with servers that are as the test wants them. */
final class PickBench implements LoadBalancer.Pick {
  static final long MS = 1_000_000L;
  static final MethodDescriptor<byte[], byte[]> READ = method("Read");
  static final MethodDescriptor<byte[], byte[]> PAY = method("Pay");

  final List<Server> servers = new ArrayList<>();
  final List<Server> probed = new ArrayList<>();
  final RandomGenerator random;
  List<Server> candidates = servers;
  long now = 1_000 * MS;
  int inFlight;
  int asked;
  boolean mayWait = true;
  long waitNs;
  MethodDescriptor<?, ?> method = READ;

  @Nullable
  String key;

  @Nullable
  Server filling;

  PickBench(int count, long seed) {
    random = new SplittableRandom(seed);
    for (int i = 0; i < count; i++) {
      servers.add(new Server("tcp://s" + i + ":1", this));
    }
  }

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    return new MethodDescriptor<>(
        "bench.Bank", name, Idempotency.NO_SIDE_EFFECTS, new Raw(), new Raw());
  }

  /** Chooses so often, and counts who was chosen. */
  Map<String, Integer> shares(LoadBalancer balancer, int times) {
    Map<String, Integer> shares = new TreeMap<>();
    for (int i = 0; i < times; i++) {
      shares.merge(choose(balancer).endpoint(), 1, Integer::sum);
    }
    return shares;
  }

  Server choose(LoadBalancer balancer) {
    return (Server) Objects.requireNonNull(balancer.pick(this));
  }

  /** All servers report; each has one worker and takes 10 ms for a call unless set. */
  void report(LoadBalancer balancer) {
    servers.forEach(server -> balancer.onReport(server, READ, server.usualNs, now));
  }

  @Override
  public List<Server> candidates() {
    return candidates;
  }

  @Override
  public boolean isCandidate(PeerView peer) {
    return candidates.contains(peer);
  }

  @Override
  public @Nullable PeerView filling() {
    return filling;
  }

  @Override
  public MethodDescriptor<?, ?> method() {
    return method;
  }

  @Override
  public int attempt() {
    return 1;
  }

  @Override
  public @Nullable String routingKey() {
    return key;
  }

  @Override
  public int asked() {
    return asked;
  }

  @Override
  public boolean mayWait() {
    return mayWait;
  }

  @Override
  public void waitAtMost(long spanNs) {
    waitNs = spanNs;
  }

  @Override
  public void probe(PeerView peer) {
    probed.add((Server) peer);
  }

  @Override
  public int inFlight() {
    return inFlight;
  }

  @Override
  public long nowNs() {
    return now;
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  /** A server; its fields are what it says and what is known of it. */
  static final class Server implements PeerView {
    private final String endpoint;
    private final PickBench bench;
    long usualNs = 10 * MS;
    long latencyNs;
    int queued;
    int running;
    int workers = 1;
    int inFlight;
    long oldestAgeNs;
    double weight = 1;
    long reportedNs;
    Duration roundTrip = Duration.ofNanos(300_000);

    Server(String endpoint, PickBench bench) {
      this.endpoint = endpoint;
      this.bench = bench;
    }

    @Override
    public String endpoint() {
      return endpoint;
    }

    @Override
    public String incarnation() {
      return "";
    }

    @Override
    public String name() {
      return "";
    }

    @Override
    public PeerState state() {
      return PeerState.UP;
    }

    @Override
    public String reason() {
      return "";
    }

    @Override
    public int inFlight() {
      return inFlight;
    }

    @Override
    public long oldestAgeNs() {
      return oldestAgeNs;
    }

    @Override
    public LoadReport load() {
      return new LoadReport(queued, running, workers, 0, 0, 0, 0, latencyNs / 1000);
    }

    @Override
    public long loadAgeNs() {
      return bench.now - reportedNs;
    }

    @Override
    public double weight() {
      return weight;
    }

    @Override
    public Duration roundTrip() {
      return roundTrip;
    }
  }

  private static final class Raw implements Marshaller<byte[]> {
    @Override
    public byte[] encode(byte[] value) {
      return value;
    }

    @Override
    public byte[] decode(byte[] bytes) {
      return bytes;
    }
  }
}
