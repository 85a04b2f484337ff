package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.MeshListener.Transition;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.policy.LeastLoaded;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Supplier;

/** A client among {@link RandomServer}s, and what must hold whatever they do. */
final class RandomWorld implements ClientOutbox {
  private static final RetryPolicy[] POLICIES = {
    RetryPolicy.DEFAULT,
    RetryPolicy.DEFAULT.withMaxAttempts(1),
    RetryPolicy.DEFAULT.withRepeat(RetryPolicy.Repeat.AT_LEAST_ONCE),
    RetryPolicy.DEFAULT.withRetryableCodes(Set.of(Code.ABORTED)),
    RetryPolicy.DEFAULT.withAttemptPatience(Duration.ofMillis(40)),
    RetryPolicy.NEVER
  };

  /** A call and a server process: attempts there that are not known to be not executed. */
  private record Place(long seq, NodeId node) {}

  final ClientEngine engine;
  private final SplittableRandom random;
  private final Map<String, RandomServer> servers = new LinkedHashMap<>();
  private final Map<Long, RandomServer> connections = new LinkedHashMap<>();
  private final Map<Place, TreeSet<Integer>> open = new LinkedHashMap<>();
  private final Set<Place> reached = new LinkedHashSet<>();
  private final List<ClientCall> calls = new ArrayList<>();
  private final Set<ClientCall> completed = new LinkedHashSet<>();
  private long ackBelow;
  long now = 1_000_000_000L;

  RandomWorld(long seed) {
    random = new SplittableRandom(seed);
    engine = new ClientEngine(
        new ClientLimits(1000, 1000),
        LivenessSettings.DEFAULTS,
        new NodeId(7, 7),
        "random",
        new LeastLoaded(),
        AttemptInterceptor.NONE,
        random.split(),
        this);
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      String endpoint = "tcp://s" + i + ":1";
      servers.put(endpoint, new RandomServer(this, endpoint, random.split()));
      engine.connect(endpoint, now);
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      step();
      check();
    }
    advance(30_000_000_000L);
    check();
    assertThat(completed).hasSameSizeAs(calls);
    assertThat(engine.inFlight()).isZero();
    assertThat(engine.peers(now)).allMatch(peer -> peer.inFlight() == 0);
    for (ClientCall call : calls) {
      assertThat(call.isSet() || call.isPausing())
          .as("a timer of a call is set")
          .isFalse();
      assertThat(call.attempts()).noneMatch(Attempt::isPatient).noneMatch(Attempt::isOpen);
    }
  }

  private void step() {
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> start();
      case 3 -> cancel();
      case 4 -> reconfigure();
      case 5, 6 -> advance(random.nextLong(400_000_000L));
      default -> server().act();
    }
    advance(random.nextLong(5_000_000L));
  }

  private RandomServer server() {
    return new ArrayList<>(servers.values()).get(random.nextInt(servers.size()));
  }

  private void start() {
    CallOptions options = CallOptions.DEFAULT.withWaitForReady(random.nextInt(4) != 0);
    if (random.nextInt(8) == 0) {
      options = options.withServer(server().endpoint);
    }
    RetryPolicy retry = POLICIES[random.nextInt(POLICIES.length)];
    long timeoutNs = random.nextInt(20) == 0 ? 0 : random.nextLong(1, 4_000_000_000L);
    byte[] payload = new byte[random.nextInt(30) == 0 ? 600 : 8];
    ClientCall call = new ClientCall(
        random.nextBoolean() ? ClientBench.READ : ClientBench.PAY,
        payload,
        options,
        retry,
        timeoutNs,
        "ticket");
    calls.add(call);
    engine.start(call, now);
  }

  private void cancel() {
    if (!calls.isEmpty()) {
      engine.cancel(calls.get(random.nextInt(calls.size())), now);
    }
  }

  private void reconfigure() {
    if (random.nextInt(6) == 0) {
      engine.disconnect(server().endpoint, now);
    }
    engine.connect(server().endpoint, now);
  }

  private void advance(long spanNs) {
    long end = now + spanNs;
    long next;
    int turns = 0;
    while ((next = Math.max(engine.nextTick(), now + 1)) <= end) {
      now = next;
      engine.tick(now);
      must(++turns < 100_000, () -> "the loop turns without end");
    }
    now = end;
    engine.tick(now);
  }

  private void check() {
    long before = ackBelow;
    ackBelow = engine.ackBelow();
    must(ackBelow >= before, () -> "ackBelow fell from " + before + " to " + ackBelow);
    for (ClientCall call : calls) {
      must(
          call.isDone() || ackBelow <= call.seq,
          () -> "ackBelow " + ackBelow + " above an open call");
    }
  }

  /** A server says that it did not execute a call; the client will hear of it, or not. */
  void heard(NodeId node, Response answer, List<Packet> outbox) {
    TreeSet<Integer> attempts = open.get(new Place(answer.seq(), node));
    if (attempts != null && answer.reason() == Reason.STALE_SESSION) {
      attempts.remove(answer.attempt());
    } else if (attempts != null) {
      attempts.headSet(answer.attempt(), true).clear();
    }
    outbox.add(answer);
  }

  void takenBack(NodeId node, Cancel cancel) {
    TreeSet<Integer> attempts = open.get(new Place(cancel.seq(), node));
    if (attempts != null) {
      attempts.headSet(cancel.attempt(), true).clear();
    }
  }

  @Override
  public void send(long peer, long session, Packet packet) {
    RandomServer server = connections.get(peer);
    must((session == 0) == (packet instanceof Hello), () -> "sent without a session: " + packet);
    if (packet instanceof Request request) {
      must(engine.ackBelow() <= request.seq(), () -> "sent below ackBelow: " + request);
      onRequest(server, request);
    }
    server.take(session, packet);
  }

  private void onRequest(RandomServer server, Request request) {
    ClientCall call =
        calls.stream().filter(c -> c.seq == request.seq()).findFirst().orElseThrow();
    must(!call.isDone() && now < call.deadlineNs, () -> "sent after the end: " + request);
    Place place = new Place(request.seq(), server.node);
    if (!call.mayRunTwice()) {
      for (Place other : reached) {
        boolean elsewhere = other.seq == request.seq() && !other.equals(place);
        must(
            !elsewhere || open.get(other).isEmpty(),
            () -> "may run at " + other + ", sent to " + place);
      }
    }
    TreeSet<Integer> attempts = open.computeIfAbsent(place, unused -> new TreeSet<>());
    must(attempts.isEmpty() || request.repeat(), () -> "not said that it repeats: " + request);
    must(!reached.add(place) || !request.repeat(), () -> "said that it repeats: " + request);
    attempts.add(request.attempt());
  }

  @Override
  public void complete(ClientCall call) {
    must(completed.add(call), () -> "completed twice");
    boolean inTime = now <= call.deadlineNs || call.deadlineNs <= call.startNs;
    must(inTime, () -> "completed after its deadline");
    boolean started = servers.values().stream().anyMatch(s -> s.started.contains(call.seq));
    boolean mayStart = servers.values().stream().anyMatch(s -> s.mayRun(call.seq));
    boolean reachedAny = reached.stream().anyMatch(place -> place.seq == call.seq);
    Execution execution =
        call.failure() == null ? Execution.EXECUTED : call.failure().execution();
    boolean holds = switch (execution) {
      case NOT_SENT -> !reachedAny;
      case NOT_EXECUTED -> !started && !mayStart;
      case EXECUTED -> started;
      case UNKNOWN -> reachedAny;
    };
    must(holds, () -> "call " + call.seq + " is not " + execution + ": " + call.failure());
  }

  private static void must(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise.get());
    }
  }

  @Override
  public void connect(long peer, String endpoint) {
    RandomServer server = servers.get(endpoint);
    connections.put(peer, server);
    server.connectionOpened(peer);
  }

  @Override
  public void disconnect(long peer) {
    RandomServer server = connections.remove(peer);
    if (server != null && server.connection == peer) {
      server.drop();
    }
  }

  @Override
  public void transition(Transition transition) {}
}
