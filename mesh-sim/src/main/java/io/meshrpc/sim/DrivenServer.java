package io.meshrpc.sim;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.ServiceDescriptor;
import io.meshrpc.core.ServerCall;
import io.meshrpc.core.ServerEngine;
import io.meshrpc.core.ServerReply;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Response;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A server of a {@link DrivenMesh}, through all its processes. */
public final class DrivenServer extends SimServer {
  private static final long QUIET_NS = 100_000_000; // as of a live server that closes
  private static final long QUIET_MAX_NS = 1_000_000_000;

  /** Who says what the server is and what becomes of its calls; called in the loop's turns. */
  public interface Role {
    /** Handlers that may run at once. */
    int workers();

    /** Requests that may wait. */
    int queueCountMax();

    /** Answers that are remembered for a client. */
    int rememberedCountMax();

    /** What is offered. */
    List<ServiceDescriptor> services();

    /** A handler is to run; its end comes back as {@link DrivenServer#finish}. */
    void invoke(ServerCall call);

    /** Nobody waits for this handler any more. */
    void cancel(ServerCall call);

    /** A request is about to leave a client for here. */
    Passage onRequest(MethodDescriptor<?, ?> method);

    /** A reply is about to leave. */
    Passage onReply(MethodDescriptor<?, ?> method);

    /** The process has ended, in whatever way. */
    void onEnd();
  }

  private final Role role;
  private long lastFrameNs;
  private long drainedNs = Long.MAX_VALUE; // since when nothing runs any more
  private Passage passage = Passage.USUAL; // of the frame that leaves

  DrivenServer(Sim sim, int index, String name, Role role) {
    super(sim, index, name);
    this.role = role;
  }

  @Override
  public String endpoint() {
    return super.endpoint();
  }

  @Override
  public void start() {
    super.start();
  }

  @Override
  public void crash(boolean silently) {
    super.crash(silently);
  }

  @Override
  public void drain(long graceNs) {
    super.drain(graceNs);
  }

  @Override
  public void pause(long untilNs) {
    super.pause(untilNs);
  }

  @Override
  public void resume() {
    super.resume();
  }

  @Override
  public boolean isAlive() {
    return super.isAlive();
  }

  @Override
  public int boot() {
    return super.boot();
  }

  @Override
  public long pausedUntilNs() {
    return super.pausedUntilNs();
  }

  @Override
  public LongSupplier clock() {
    return super.clock();
  }

  /** How busy it is; {@link LoadReport#NONE} if no process runs. */
  public LoadReport load() {
    ServerEngine live = engine();
    return live == null ? LoadReport.NONE : live.load(shownNs());
  }

  /** The handler of a call of this process has ended. */
  public void finish(ServerCall call, ServerReply reply) {
    int before = boot();
    post(nowNs -> {
      ServerEngine live = engine();
      if (live != null && boot() == before) {
        live.onFinished(call, reply, nowNs);
      }
    });
  }

  /** A line for the trace: a handler begins or ends. */
  public void noteRun(ServerCall call, String text) {
    sim.trace(Trace.What.HANDLER, null, this, call.seq(), call.attempt(), text);
  }

  /** What the wire calls by this number. */
  @Nullable
  MethodDescriptor<?, ?> method(int number) {
    int left = number - 1;
    for (ServiceDescriptor service : role.services()) {
      if (left >= 0 && left < service.methods().size()) {
        return service.methods().get(left);
      }
      left -= service.methods().size();
    }
    return null;
  }

  Passage onRequest(MethodDescriptor<?, ?> method) {
    return role.onRequest(method);
  }

  @Override
  ServerEngine newEngine(RandomGenerator random) {
    drainedNs = Long.MAX_VALUE;
    Options own = new Options();
    own.workers = role.workers();
    own.queueCountMax = role.queueCountMax();
    own.rememberedCountMax = role.rememberedCountMax();
    return new ServerEngine(
        own.limits(), NodeId.random(random), name(), role.services(), random, this, shownNs());
  }

  @Override
  void end() {
    super.end();
    role.onEnd();
  }

  @Override
  public void invoke(ServerCall call) {
    role.invoke(call);
  }

  @Override
  public void cancelRunning(ServerCall call) {
    role.cancel(call);
  }

  @Override
  public void send(long route, long session, Packet packet) {
    Connection connection = connection(route);
    ServerEngine live = engine();
    MethodDescriptor<?, ?> method = null;
    if (packet instanceof Response response && connection != null) {
      DrivenClient client = (DrivenClient) connection.link.client();
      method = client.method(connection.link.boot(), response.seq());
    }
    Passage chosen = method == null ? Passage.USUAL : role.onReply(method);
    if (live == null || chosen.isUsual()) {
      note(route, session, packet);
      return;
    }
    flushFrames(live, shownNs()); // the reply gets a frame of its own
    note(route, session, packet);
    passage = chosen;
    flushFrames(live, shownNs());
    passage = Passage.USUAL;
  }

  @Override
  void put(Connection connection, byte[] frame) {
    switch (passage.fate()) {
      case PASSES -> connection.writeToClient(frame);
      case BREAKS -> connection.breakDown(true, true);
      case LATE -> connection.writeToClient(frame, passage.spanNs());
      case TWICE -> {
        connection.writeToClient(frame);
        sim.kernel.in(passage.spanNs(), () -> connection.writeToClient(frame));
      }
    }
  }

  @Override
  void onArrival(Arrival arrival, long nowNs) {
    lastFrameNs = nowNs;
    super.onArrival(arrival, nowNs);
  }

  /** As a live server does, it waits for what was sent before the Goaway had come. */
  @Override
  boolean mayEnd(ServerEngine live, long nowNs) {
    if (!live.drained(nowNs)) {
      return false;
    }
    drainedNs = Math.min(drainedNs, nowNs);
    return connections().isEmpty() || nowNs >= quietNs();
  }

  @Override
  long nextTickNs() {
    return drainedNs == Long.MAX_VALUE ? super.nextTickNs() : quietNs();
  }

  private long quietNs() {
    return Math.min(Math.max(drainedNs, lastFrameNs) + QUIET_NS, drainedNs + QUIET_MAX_NS);
  }
}
