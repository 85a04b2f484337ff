package io.meshrpc.sim;

import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.ServiceDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One run: nodes, network, calls and judges on one kernel. The same seed makes the same run. */
class Sim {
  private static final Marshaller<byte[]> BYTES = new Marshaller<>() {
    @Override
    public byte[] encode(byte[] value) {
      return value;
    }

    @Override
    public byte[] decode(byte[] bytes) {
      return bytes;
    }
  };

  static final MethodDescriptor<byte[], byte[]> READ =
      new MethodDescriptor<>("sim.Bank", "Read", Idempotency.IDEMPOTENT, BYTES, BYTES);
  static final MethodDescriptor<byte[], byte[]> PAY =
      new MethodDescriptor<>("sim.Bank", "Pay", Idempotency.UNSPECIFIED, BYTES, BYTES);
  static final List<ServiceDescriptor> SERVICES =
      List.of(new ServiceDescriptor("sim.Bank", List.of(READ, PAY)));

  private static final long STEP_NS = 100_000_000;
  private static final long READMIT_NS = 40_000_000_000L;
  private static final int FINAL_CALLS = 3; // of each client

  final Options options;
  final Kernel kernel = new Kernel();
  final Trace trace = new Trace();
  final Streams streams;
  final RandomGenerator strokes; // whom a fault strikes, and when
  final Network network;
  final List<SimServer> servers = new ArrayList<>();
  final List<SimClient> clients = new ArrayList<>();
  final List<SimCall> calls = new ArrayList<>(); // by id
  final List<Outcome.Move> moves = new ArrayList<>();
  final Judges judges;
  private final List<Workload> workloads = new ArrayList<>(); // by client
  private boolean healed;

  Sim(Options options, long seed) {
    this.options = options;
    this.streams = new Streams(seed);
    this.strokes = streams.of("strokes");
    this.network = new Network(kernel, options, trace, streams);
    for (int i = 0; i < options.servers; i++) {
      servers.add(new SimServer(this, i));
    }
    for (int i = 0; i < options.clients; i++) {
      clients.add(new SimClient(this, i));
      workloads.add(new Workload(this, clients.get(i)));
    }
    this.judges = Judges.of(this);
  }

  /** Starts all nodes; calls begin after this span. */
  void begin(long beforeCallsNs) {
    servers.forEach(SimServer::start);
    clients.forEach(SimClient::start);
    kernel.in(beforeCallsNs, () -> workloads.forEach(Workload::begin));
  }

  void runUntil(long untilNs) {
    kernel.runUntil(untilNs);
  }

  Workload workload(SimClient client) {
    return workloads.get(client.index());
  }

  /** No calls but those that are begun. */
  void endCalls() {
    workloads.forEach(Workload::end);
  }

  /** Whether all faults are over. */
  boolean isHealed() {
    return healed;
  }

  /** Ends all faults. */
  void heal() {
    trace(Trace.What.PHASE, null, null, 0, 0, "all faults are over");
    healed = true;
    network.heal();
    for (SimServer server : servers) {
      server.setSpeed(1);
      server.setFailsFast(false);
      server.setHangs(false);
      server.resume();
      server.start();
      for (Connection each : server.connections()) {
        if (each.isBroken()) {
          server.onGone(each);
        }
      }
    }
    for (SimClient client : clients) {
      client.resume();
      client.heal();
      client.start();
      for (Link link : client.links()) {
        Connection connection = link.connection();
        if (connection != null) {
          connection.wakeUp();
        }
      }
    }
  }

  /** After {@link #heal}: all must come back, new calls must succeed, and then all must be at rest. */
  void settle() {
    long latestNs = kernel.nowNs() + READMIT_NS + options.deadlineMostNs;
    long calmNs = network.latestNs(); // what was sent meanwhile may be long on its way
    do {
      servers.forEach(SimServer::start); // one that was draining may have ended meanwhile
      runUntil(kernel.nowNs() + STEP_NS);
    } while ((kernel.nowNs() < calmNs || !isSettled(AllBack::isBack)) && kernel.nowNs() < latestNs);
    endCalls();
    trace(Trace.What.PHASE, null, null, 0, 0, "the last calls");
    for (int i = 0; i < FINAL_CALLS; i++) {
      clients.forEach(this::callAndWait);
    }
    endProbations();
    judges.atRest(this);
  }

  /**
   * Failures of late may still eject, for a while. Then each server on probation needs three pongs and a
   * call to end it, and must get them.
   */
  private void endProbations() {
    long latestNs = kernel.nowNs() + READMIT_NS;
    while (!isSettled(AllBack::takesCalls) && kernel.nowNs() < latestNs) {
      runUntil(kernel.nowNs() + STEP_NS);
      for (SimClient client : clients) {
        if (client.peers().stream().anyMatch(AllBack::isOnProbation)) {
          callAndWait(client);
        }
      }
    }
  }

  /** One call at a time, for queues may be as short as one. */
  private void callAndWait(SimClient client) {
    SimCall call = workload(client).issue(true);
    long latestNs = kernel.nowNs() + call.timeoutNs + STEP_NS;
    long stepNs = (long) options.service.meanNs();
    while (!call.hasEnded() && kernel.nowNs() < latestNs) {
      runUntil(kernel.nowNs() + stepNs);
    }
  }

  private boolean isSettled(Predicate<PeerView> well) {
    for (SimServer server : servers) {
      if (!server.isAlive() || server.runningCount() > 0) {
        return false;
      }
    }
    for (SimClient client : clients) {
      if (!client.open().isEmpty()) {
        return false;
      }
      for (PeerView peer : client.peers()) {
        if (!well.test(peer)) {
          return false;
        }
      }
    }
    return true;
  }

  /** What engines throw breaks their promise. */
  void guard(SimNode node, Runnable turn) {
    try {
      turn.run();
    } catch (Violation e) {
      throw e;
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      throw new Violation("the engine of " + node + " must not throw", e);
    }
  }

  SimServer server(String endpoint) {
    return servers.get(Integer.parseInt(endpoint.substring("sim://s".length())));
  }

  /** What is in a frame from or to this server, for the trace; null to say no more than its hash. */
  @Nullable
  String describe(SimServer server, byte[] frame) {
    return null;
  }

  SimCall newCall(SimClient client, boolean idempotent, long timeoutNs) {
    SimCall call = new SimCall(calls.size(), client, idempotent, kernel.nowNs(), timeoutNs);
    calls.add(call);
    return call;
  }

  void onEnded(SimCall call) {
    workload(call.client).onEnded();
  }

  void onTransition(SimClient client, SimServer server, MeshListener.Transition move) {
    moves.add(new Outcome.Move(
        java.time.Duration.ofNanos(kernel.nowNs()),
        client.index(),
        server.index(),
        move.from(),
        move.to(),
        move.reason()));
  }

  void trace(
      Trace.What what,
      @Nullable SimNode client,
      @Nullable SimNode server,
      long one,
      long other,
      @Nullable String text) {
    int clientIndex = client == null ? -1 : client.index();
    int serverIndex = server == null ? -1 : server.index();
    trace.add(kernel.nowNs(), what, clientIndex, serverIndex, one, other, text);
  }

  /** The request's bytes: the call's number, a check of it, and ballast. */
  byte[] request(long id) {
    int ballast =
        options.payloadBytesMax <= 16 ? 0 : (int) ((id * 31) % (options.payloadBytesMax - 15));
    byte[] bytes = new byte[16 + ballast];
    put(bytes, 0, id);
    put(bytes, 8, Trace.mix(id + 1));
    return bytes;
  }

  /** The call that made these bytes; null if none did. */
  @Nullable
  SimCall callOf(byte[] request) {
    if (request.length < 16) {
      return null;
    }
    long id = take(request, 0);
    boolean known = id >= 0 && id < calls.size() && take(request, 8) == Trace.mix(id + 1);
    return known ? calls.get((int) id) : null;
  }

  /** How much of a payload comes before its tail: all, but for every third call. */
  static int headBytes(long id, byte[] payload) {
    return id % 3 == 0 ? (int) (id % (payload.length + 1)) : payload.length;
  }

  /** The only right answer to a call. */
  static byte[] reply(long id) {
    byte[] bytes = new byte[8];
    put(bytes, 0, Trace.mix(~id));
    return bytes;
  }

  static long hash(byte[] frame) {
    return Arrays.hashCode(frame) & 0xFFFFFFFFL;
  }

  private static void put(byte[] bytes, int at, long value) {
    for (int i = 0; i < 8; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
  }

  private static long take(byte[] bytes, int at) {
    long value = 0;
    for (int i = 7; i >= 0; i--) {
      value = (value << 8) | (bytes[at + i] & 0xFF);
    }
    return value;
  }
}
