package io.meshrpc.bench.jmh;

import com.google.protobuf.ByteString;
import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.bench.EchoMesh;
import io.meshrpc.bench.EchoReply;
import io.meshrpc.bench.EchoRequest;
import io.meshrpc.core.ClientCall;
import io.meshrpc.core.ClientEngine;
import io.meshrpc.core.ClientLimits;
import io.meshrpc.core.ClientOutbox;
import io.meshrpc.core.ServerCall;
import io.meshrpc.core.ServerEngine;
import io.meshrpc.core.ServerLimits;
import io.meshrpc.core.ServerOutbox;
import io.meshrpc.core.ServerReply;
import io.meshrpc.edge.CallTerms;
import io.meshrpc.edge.Invocation;
import io.meshrpc.edge.ReplyFuture;
import io.meshrpc.edge.ServerContext;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.SpeedWeightedProbing;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.MalformedBatchException;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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

/**
 * Calls from future to future, through both engines, both codecs and a handler, in one thread and
 * without a socket: what the mesh itself costs. The time is of the whole batch.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up
public class WholeCallBenchmark {
  private static final EchoRequest REQUEST =
      EchoRequest.newBuilder().setPayload(ByteString.copyFrom(new byte[16])).build();

  /** Calls in the batch. */
  @Param({"1", "64"})
  public int calls;

  private final CallTerms terms =
      new CallTerms(Duration.ofSeconds(10), RetryPolicy.DEFAULT, Map.of(), Map.of());
  private ClientSide client;
  private ServerSide server;

  /** Connects them. */
  @Setup
  public void connect() throws MalformedBatchException {
    server = new ServerSide();
    client = new ClientSide();
    long now = System.nanoTime();
    client.engine.connect("tcp://127.0.0.1:1", now);
    client.engine.onConnected(1, now);
    exchange(now);
  }

  /** Begins the calls and sees them end. */
  @Benchmark
  public Object call() throws MalformedBatchException {
    long now = System.nanoTime();
    ReplyFuture<EchoReply> last = null;
    for (int i = 0; i < calls; i++) {
      last = new ReplyFuture<>(unwanted -> {});
      ClientCall call = terms.newCall(EchoMesh.ECHO, REQUEST, CallOptions.DEFAULT, last, last);
      client.engine.start(Objects.requireNonNull(call, "call"), now);
    }
    exchange(now);
    return last == null ? "none" : last.join();
  }

  private void exchange(long now) throws MalformedBatchException {
    client.engine.tick(now);
    byte[] asked = BatchCodec.encode(
        new Batch(client.session, client.engine.ackBelow(), null, client.packets));
    client.packets.clear();
    byte[] answered = server.answer(BatchCodec.decode(asked), now);
    client.engine.onBatch(1, BatchCodec.decode(answered), now);
    client.complete();
  }

  private static final class ClientSide implements ClientOutbox {
    final ClientEngine engine = new ClientEngine(
        ClientLimits.DEFAULTS,
        LivenessSettings.DEFAULTS,
        new NodeId(1, 1),
        "client",
        new SpeedWeightedProbing(),
        AttemptInterceptor.NONE,
        new SplittableRandom(1),
        this);
    final List<Packet> packets = new ArrayList<>();
    final List<ClientCall> ended = new ArrayList<>();
    long session;

    void complete() {
      for (ClientCall call : ended) {
        ((ReplyFuture<?>) call.ticket()).run();
      }
      ended.clear();
    }

    @Override
    public void send(long peer, long toSession, Packet packet) {
      session = toSession;
      packets.add(packet);
    }

    @Override
    public void connect(long peer, String endpoint) {}

    @Override
    public void disconnect(long peer) {}

    @Override
    public void complete(ClientCall call) {
      ended.add(call);
    }

    @Override
    public void transition(MeshListener.Transition transition) {}
  }

  private static final class ServerSide implements ServerOutbox {
    private final ServiceDefinition service = EchoMesh.bind(
        request -> EchoReply.newBuilder().setPayload(request.getPayload()).build());
    private final Invocation.Plan plan = new Invocation.Plan(
        service.handler(EchoMesh.ECHO),
        List.of(),
        () -> "none",
        new ServerContext.Home(System::nanoTime, null),
        this::ended);
    private final ArrayDeque<Runnable> mail = new ArrayDeque<>();
    private final List<Packet> packets = new ArrayList<>();
    private final ServerEngine engine = new ServerEngine(
        ServerLimits.DEFAULTS,
        new NodeId(2, 2),
        "server",
        List.of(service.descriptor()),
        new SplittableRandom(2),
        this,
        System.nanoTime());
    private long session;
    private long now;

    byte[] answer(Batch batch, long nowNs) {
      now = nowNs;
      engine.onBatch(1, batch, now);
      for (Runnable next = mail.poll(); next != null; next = mail.poll()) {
        next.run();
      }
      engine.tick(now);
      byte[] frame = BatchCodec.encode(new Batch(session, 0, engine.load(now), packets));
      packets.clear();
      return frame;
    }

    @Override
    public void send(long route, long toSession, Packet packet) {
      session = toSession;
      packets.add(packet);
    }

    @Override
    public void invoke(ServerCall call) {
      new Invocation(call, plan).run();
    }

    private void ended(Invocation invocation, ServerReply reply) {
      mail.add(() -> engine.onFinished(invocation.call(), reply, now));
    }

    @Override
    public void cancelRunning(ServerCall call) {}

    @Override
    public void sessionClosed(long route) {}
  }
}
