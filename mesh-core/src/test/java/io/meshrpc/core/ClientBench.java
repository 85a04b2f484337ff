package io.meshrpc.core;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MeshListener.Transition;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** A client engine on a workbench: a clock that is set by hand, and servers that do as told. */
final class ClientBench implements ClientOutbox {
  static final MethodDescriptor<byte[], byte[]> READ = method("Read", Idempotency.NO_SIDE_EFFECTS);
  static final MethodDescriptor<byte[], byte[]> PAY = method("Pay", Idempotency.UNSPECIFIED);
  static final RetryPolicy RETRY = RetryPolicy.DEFAULT;

  final List<Transition> transitions = new ArrayList<>();
  final List<ClientCall> completed = new ArrayList<>();
  final Map<Long, FakeServer> connections = new LinkedHashMap<>();
  final Map<String, FakeServer> servers = new LinkedHashMap<>();
  final ClientEngine engine;
  long now = 1_000_000_000L;

  ClientBench() {
    this(LivenessSettings.DEFAULTS, new RoundRobin(), AttemptInterceptor.NONE, 1);
  }

  ClientBench(
      LivenessSettings settings, LoadBalancer balancer, AttemptInterceptor interceptor, long seed) {
    this(new ClientLimits(1000, 1000), settings, balancer, interceptor, seed);
  }

  /** A client with a throttle. */
  ClientBench(double throttleRatio) {
    this(new ClientLimits(1000, 1000).withThrottle(throttleRatio));
  }

  ClientBench(ClientLimits limits) {
    this(limits, LivenessSettings.DEFAULTS, new RoundRobin(), AttemptInterceptor.NONE, 1);
  }

  ClientBench(
      ClientLimits limits,
      LivenessSettings settings,
      LoadBalancer balancer,
      AttemptInterceptor interceptor,
      long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    engine = new ClientEngine(
        limits, settings, new NodeId(7, 7), "bench", balancer, interceptor, random, this);
  }

  static MethodDescriptor<byte[], byte[]> method(String name, Idempotency idempotency) {
    return new MethodDescriptor<>("bench.Bank", name, idempotency, raw(), raw());
  }

  static Marshaller<byte[]> raw() {
    return new Marshaller<>() {
      @Override
      public byte[] encode(byte[] value) {
        return value;
      }

      @Override
      public byte[] decode(byte[] bytes) {
        return bytes;
      }
    };
  }

  /** A server that the client knows and that has not been reached yet. */
  FakeServer connect(String endpoint) {
    FakeServer server = new FakeServer(this, endpoint);
    servers.put(endpoint, server);
    engine.connect(endpoint, now);
    return server;
  }

  /** A server that is up, and past its slow start. */
  FakeServer up(String endpoint) {
    FakeServer server = connect(endpoint);
    server.accept(Duration.ofHours(1));
    return server;
  }

  ClientCall call(MethodDescriptor<?, ?> method) {
    return call(method, RETRY);
  }

  ClientCall call(MethodDescriptor<?, ?> method, CallOptions options) {
    return call(method, RETRY, options, Duration.ofSeconds(10));
  }

  ClientCall call(MethodDescriptor<?, ?> method, RetryPolicy retry) {
    return call(method, retry, CallOptions.DEFAULT, Duration.ofSeconds(10));
  }

  ClientCall call(
      MethodDescriptor<?, ?> method, RetryPolicy retry, CallOptions options, Duration deadline) {
    ClientCall call =
        new ClientCall(method, new byte[8], options, retry, deadline.toNanos(), "ticket");
    engine.start(call, now);
    return call;
  }

  ClientCall call(MethodDescriptor<?, ?> method, HedgePolicy hedge) {
    return call(method, RETRY, hedge, CallOptions.DEFAULT);
  }

  ClientCall call(
      MethodDescriptor<?, ?> method, RetryPolicy retry, HedgePolicy hedge, CallOptions options) {
    ClientCall call = new ClientCall(method, new byte[8], options, retry, 10_000_000_000L, "ticket")
        .hedgedBy(hedge);
    engine.start(call, now);
    return call;
  }

  /** Lets time pass; the engine gets every tick that it asks for, and live servers answer pings. */
  void advance(Duration span) {
    long end = now + span.toNanos();
    servers.values().forEach(FakeServer::answerPings);
    long next;
    while ((next = Math.max(engine.nextTick(), now + 1)) <= end) {
      now = next;
      engine.tick(now);
      servers.values().forEach(FakeServer::answerPings);
    }
    now = end;
    engine.tick(now);
  }

  void advanceMs(long ms) {
    advance(Duration.ofMillis(ms));
  }

  /** The process stands still: the clock goes on, and nothing is ticked. */
  void standStill(Duration span) {
    engine.nextTick();
    now += span.toNanos();
  }

  PeerState state(FakeServer server) {
    return view(server).state();
  }

  PeerView view(FakeServer server) {
    return engine.peers(now).stream()
        .filter(peer -> peer.endpoint().equals(server.endpoint))
        .findFirst()
        .orElseThrow();
  }

  /** The moves of a server, as in {@code CONNECTING>WARMING}. */
  List<String> moves(FakeServer server) {
    return transitions.stream()
        .filter(move -> move.endpoint().equals(server.endpoint))
        .map(move -> move.from() + ">" + move.to())
        .toList();
  }

  String lastReason() {
    return transitions.get(transitions.size() - 1).reason();
  }

  @Override
  public void send(long peer, long session, Packet packet) {
    FakeServer server = connections.get(peer);
    if (server != null) {
      server.take(session, packet);
    }
  }

  @Override
  public void connect(long peer, String endpoint) {
    FakeServer server = servers.get(endpoint);
    connections.put(peer, server);
    server.opened(peer);
  }

  @Override
  public void disconnect(long peer) {
    connections.remove(peer);
  }

  @Override
  public void complete(ClientCall call) {
    completed.add(call);
  }

  @Override
  public void transition(Transition transition) {
    transitions.add(transition);
  }
}
