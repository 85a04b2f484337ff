package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.Priority;
import io.meshrpc.api.ServiceDescriptor;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.Welcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A server engine on a bench: a clock turned by hand, an outbox that records. */
final class ServerBench implements ServerOutbox {
  static final long MS = 1_000_000L;
  static final long SECOND = 1000 * MS;
  static final int PAY = 1;
  static final int QUOTE = 2;
  static final int UNKNOWN_METHOD = 3;

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

  /** What was sent, and where to. */
  record Sent(long route, long session, Packet packet) {}

  /** A client process, and the connection and session that it has now. */
  static final class Client {
    final NodeId id;
    long epoch;
    long route;
    long session;
    long ackBelow;

    Client(NodeId id) {
      this.id = id;
    }
  }

  final ServerLimits limits;
  final ServerEngine engine;
  final List<Sent> sent = new ArrayList<>();
  final List<ServerCall> started = new ArrayList<>();
  final List<ServerCall> running = new ArrayList<>();
  final List<ServerCall> told = new ArrayList<>(); // handlers told that nobody waits
  final List<Long> closedRoutes = new ArrayList<>();
  long now;
  private long lastNode;
  private long lastRoute;

  ServerBench(ServerLimits limits) {
    this(limits, 1);
  }

  ServerBench(ServerLimits limits, long seed) {
    this(limits, seed, Gate.OPEN);
  }

  ServerBench(ServerLimits limits, Gate gate) {
    this(limits, 1, gate);
  }

  private ServerBench(ServerLimits limits, long seed, Gate gate) {
    this.limits = limits;
    this.engine = new ServerEngine(
        limits,
        new NodeId(seed, 0),
        "bench",
        List.of(new ServiceDescriptor("bench.Bank", List.of(method("Pay"), method("Quote")))),
        new Random(seed),
        this,
        gate,
        now);
  }

  static ServerBench withWorkers(int workers) {
    return new ServerBench(new Limits().workers(workers).build());
  }

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    return new MethodDescriptor<>("bench.Bank", name, Idempotency.UNSPECIFIED, BYTES, BYTES);
  }

  // ---- clients

  Client newcomer() {
    return new Client(new NodeId(7, ++lastNode));
  }

  Client client() {
    Client client = newcomer();
    connect(client);
    return client;
  }

  /** The route that the next connection will have. */
  long nextRoute() {
    return lastRoute + 1;
  }

  /** A new connection and a Hello on it. */
  void connect(Client client) {
    client.route = ++lastRoute;
    hello(client);
  }

  void hello(Client client) {
    client.epoch++;
    client.session = 0;
    batch(client.route, 0, 0, helloOf(client));
    for (Sent sent : sentTo(client.route)) {
      if (sent.packet() instanceof Welcome welcome && welcome.epoch() == client.epoch) {
        client.session = welcome.session();
      }
    }
  }

  static Hello helloOf(Client client) {
    return new Hello(client.id, client.epoch, 1, 1, 0, "c" + client.id.low(), 0);
  }

  void disconnect(Client client) {
    engine.onDisconnect(client.route, now);
  }

  void send(Client client, Packet... packets) {
    batch(client.route, client.session, client.ackBelow, packets);
  }

  void batch(long route, long session, long ackBelow, Packet... packets) {
    engine.onBatch(route, new Batch(session, ackBelow, null, Arrays.asList(packets)), now);
  }

  void cancel(Client client, long seq) {
    send(client, new Cancel(seq, 1, false));
  }

  void revoke(Client client, long seq) {
    send(client, new Cancel(seq, 1, true));
  }

  /** A request to pay nothing within ten seconds, first attempt. */
  static Ask ask(long seq) {
    return new Ask(seq);
  }

  void request(Client client, long... seqs) {
    for (long seq : seqs) {
      send(client, ask(seq).build());
    }
  }

  // ---- time and handlers

  void pass(long spanNs) {
    now += spanNs;
    engine.tick(now);
  }

  void finish(ServerCall call) {
    finish(call, Code.OK, new byte[0]);
  }

  void finish(ServerCall call, Code code, byte[] payload) {
    running.remove(call);
    engine.onFinished(
        call, new ServerReply(code, code == Code.OK ? "" : "no", Metadata.EMPTY, payload), now);
  }

  void finish(ServerCall call, byte[] head, byte[] tail) {
    running.remove(call);
    engine.onFinished(call, ServerReply.of(head, tail, Metadata.EMPTY), now);
  }

  void succeed(ServerCall call, byte[] payload) {
    running.remove(call);
    engine.onSucceeded(call, payload, Metadata.of("k", "v"), 0, now);
  }

  /** Runs the oldest running handler for so long; the loop has its turns meanwhile. */
  ServerCall finishFirst(long serviceNs) {
    ServerCall call = running.get(0);
    long endNs = now + serviceNs;
    while (endNs - now > SECOND) {
      pass(SECOND);
    }
    now = endNs;
    finish(call);
    return call;
  }

  /** Lets handlers end, one after the other, until nothing runs. */
  void finishAll() {
    while (!running.isEmpty()) {
      finish(running.get(0));
    }
  }

  /** Lets the method look as if it usually took so long. */
  void teach(Client client, long seq, int method, long serviceNs) {
    send(client, ask(seq).method(method).build());
    finishFirst(serviceNs);
    client.ackBelow = seq + 1;
    forget();
  }

  // ---- what came of it

  List<Sent> sentTo(long route) {
    return sent.stream().filter(note -> note.route() == route).toList();
  }

  <T extends Packet> List<T> packetsTo(Client client, Class<T> kind) {
    return sentTo(client.route).stream()
        .map(Sent::packet)
        .filter(kind::isInstance)
        .map(kind::cast)
        .toList();
  }

  /** Answers as text: {@code 7 NOT_EXECUTED QUEUE_FULL}. */
  List<String> answersTo(Client client) {
    return packetsTo(client, Response.class).stream().map(ServerBench::text).toList();
  }

  /** What became of Cancels, as text: {@code 7 RUNNING}. */
  List<String> cancelledTo(Client client) {
    return packetsTo(client, Cancelled.class).stream()
        .map(cancelled -> cancelled.seq() + " " + cancelled.stage())
        .toList();
  }

  List<Refusal.Reason> refusalsTo(Client client) {
    return packetsTo(client, Refusal.class).stream().map(Refusal::reason).toList();
  }

  Response onlyAnswerTo(Client client) {
    List<Response> all = packetsTo(client, Response.class);
    if (all.size() != 1) {
      throw new AssertionError("answers: " + all + " (expected: one)");
    }
    return all.get(0);
  }

  /** The numbers of the calls whose handlers were started, in order. */
  List<Long> startedSeqs() {
    return started.stream().map(ServerCall::seq).toList();
  }

  List<Long> toldSeqs() {
    return told.stream().map(ServerCall::seq).toList();
  }

  int queued() {
    return engine.load(now).queued();
  }

  /** Forgets what was recorded; not what runs. */
  void forget() {
    sent.clear();
    started.clear();
    told.clear();
  }

  private static String text(Response answer) {
    return answer.seq() + " " + answer.execution() + " " + answer.reason();
  }

  // ---- the outbox

  @Override
  public void send(long route, long session, Packet packet) {
    sent.add(new Sent(route, session, packet));
  }

  @Override
  public void invoke(ServerCall call) {
    started.add(call);
    running.add(call);
  }

  @Override
  public void cancelRunning(ServerCall call) {
    told.add(call);
  }

  @Override
  public void sessionClosed(long route) {
    closedRoutes.add(route);
  }

  /** A request in the making. */
  static final class Ask {
    private final long seq;
    private int method = PAY;
    private int attempt = 1;
    private long timeLeftUs = 10_000_000;
    private Priority priority = Priority.NORMAL;
    private boolean idempotent;
    private boolean repeat;
    private boolean announceStart;
    private Metadata metadata = Metadata.EMPTY;
    private byte[] payload = {};

    private Ask(long seq) {
      this.seq = seq;
    }

    Ask method(int number) {
      method = number;
      return this;
    }

    Ask attempt(int number) {
      attempt = number;
      return this;
    }

    Ask leftMs(long ms) {
      return leftUs(ms * 1000);
    }

    Ask leftUs(long us) {
      timeLeftUs = us;
      return this;
    }

    Ask priority(Priority rank) {
      priority = rank;
      return this;
    }

    Ask idempotent() {
      idempotent = true;
      return this;
    }

    Ask repeat() {
      repeat = true;
      return this;
    }

    Ask announceStart() {
      announceStart = true;
      return this;
    }

    Ask metadata(Metadata values) {
      metadata = values;
      return this;
    }

    Ask bytes(int count) {
      payload = new byte[count];
      return this;
    }

    Request build() {
      return new Request(
          seq,
          method,
          attempt,
          timeLeftUs,
          priority,
          idempotent,
          repeat,
          announceStart,
          metadata,
          payload);
    }
  }
}
