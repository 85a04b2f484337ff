package io.meshrpc;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.ServerInterceptor;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.core.ServerCall;
import io.meshrpc.core.ServerReply;
import io.meshrpc.edge.Invocation;
import io.meshrpc.edge.ServerContext;
import io.meshrpc.zmq.Guests;
import io.meshrpc.zmq.ServerNode;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Runs handlers for the loop: those that were declared short on it; those that are usually quick on its thread,
 * lent; all others on executors.
 */
final class HandlerRunner implements ServerNode.Ears {
  private static final int SWEEP_TURNS = 1 << 16;

  private final Map<MethodDescriptor<?, ?>, Way> ways = new IdentityHashMap<>();
  private final List<Handover> handovers;
  private final QuickHandlers quick = new QuickHandlers(this);
  private final ShortHandlers shorts = new ShortHandlers(this, this::nowNs);
  private final Map<ServerCall, Invocation> running = new ConcurrentHashMap<>();
  private final ExecutorService cancels; // not the handlers' own: they may all be waiting for it
  private final Runnable whenClosed;
  private final News news;
  private @Nullable Way latest;
  private int turns; // since the last sweep
  final TrustCounts trust = new TrustCounts();
  volatile @Nullable ServerNode node;
  volatile LoadReport load = LoadReport.NONE;

  /** For the handlers of a server, whose executor is to end with its loop. */
  HandlerRunner(MeshServerBuilder builder, DaemonThreads.Own handlers) {
    Executor executor = handlers.executor();
    this.whenClosed = handlers.end();
    List<ServerInterceptor> interceptors = List.copyOf(builder.interceptors);
    this.news = new News("mesh-server-" + builder.name, builder.listener);
    this.cancels = DaemonThreads.pool("mesh-cancel-" + builder.name, 4);
    ServerContext.Home home = new ServerContext.Home(this::nowNs, this);
    Map<Executor, Handover> byExecutor = new IdentityHashMap<>();
    for (ServiceDefinition service : builder.services.values()) {
      Executor usual = builder.executors.getOrDefault(service.descriptor().name(), executor);
      boolean given = builder.executor != null || usual != executor;
      for (MethodDescriptor<?, ?> method : service.descriptor().methods()) {
        Invocation.Plan plan = new Invocation.Plan(
            service.handler(method), interceptors, HandlerRunner::correlationId, home, this::ended);
        boolean isShort = builder.shortMethods.contains(method);
        ways.put(
            method,
            new Way(
                method,
                plan,
                isShort ? null : byExecutor.computeIfAbsent(usual, Handover::new),
                isShort || given || builder.quickNs == 0 ? null : new Habit(builder.quickNs)));
      }
    }
    this.handovers = List.copyOf(byExecutor.values());
  }

  /** On the loop. Most calls are of the method that the one before was of. */
  Way way(ServerCall call) {
    Way known = latest;
    if (known == null || known.method != call.method()) {
      known = Objects.requireNonNull(ways.get(call.method()), "way");
      latest = known;
    }
    return known;
  }

  @Override
  public void onInvoke(ServerCall call) {
    Way way = way(call);
    Invocation invocation = new Invocation(call, way.plan);
    if (way.handover == null) {
      runSoon(invocation);
    } else if (way.habit == null || !quick.take(invocation, way.habit)) {
      handOver(invocation, way);
    }
  }

  private void runSoon(Invocation invocation) {
    ServerNode bound = node;
    if (shorts.add(invocation) && bound != null) {
      bound.loop().post(shorts.run);
    }
  }

  /** Leaves it to an executor. */
  void handOver(Invocation invocation, Way way) {
    invocation.call().standAlone();
    running.put(invocation.call(), invocation);
    Objects.requireNonNull(way.handover, "handover").add(invocation);
  }

  /** On the loop: a handler has ended, and its answer is kept. */
  void finish(Invocation invocation, long ranNs, long nowNs) {
    invocation.end();
    ServerNode bound = node;
    if (bound == null) {
      return;
    }
    ServerCall call = invocation.call();
    byte[] payload = invocation.takePayload();
    if (payload != null) {
      bound.engine().onSucceeded(call, payload, invocation.reply(), ranNs, nowNs);
    } else {
      ServerReply reply = Objects.requireNonNull(invocation.takeReply(), "reply");
      bound.engine().onFinished(call, reply, ranNs, nowNs);
    }
  }

  @Override
  public void onTurnEnd() {
    if (++turns == SWEEP_TURNS) { // for what ended() has missed
      turns = 0;
      running.values().removeIf(ServerContext::isOver);
    }
    for (int i = 0; i < handovers.size(); i++) {
      handovers.get(i).flush();
    }
  }

  @Override
  public Guests guests() {
    return quick;
  }

  @Override
  public boolean hasEnough() {
    return quick.isFull();
  }

  private long nowNs() {
    ServerNode bound = node;
    return bound == null ? 0 : bound.loop().nowNs();
  }

  /** The handler has given its thread back, and is to answer later. */
  void awaitLateEnd(Invocation invocation) {
    invocation.call().standAlone();
    awaitEnd(invocation);
  }

  /** It has been run, or is; it is to hear of it if nobody waits for its answer any more. */
  void awaitEnd(Invocation invocation) {
    running.put(invocation.call(), invocation);
    if (invocation.hasEnded()) {
      running.remove(invocation.call());
    }
  }

  private static String correlationId() {
    return UUID.randomUUID().toString();
  }

  /** Whether a handler of this server, in this thread, asks. */
  boolean isHandling() {
    return CallContext.current()
        .filter(context -> context instanceof ServerContext own && own.isUnderWayAt(this))
        .isPresent();
  }

  private void ended(Invocation invocation, ServerReply reply) {
    ServerCall call = invocation.call();
    invocation.end();
    // It is empty if all handlers are short; while others change it, it may say so when it is not.
    if (!running.isEmpty()) {
      running.remove(call);
    }
    ServerNode bound = node;
    if (bound != null) {
      bound.loop().post((engine, now) -> {
        Way way = way(call);
        Habit habit = way.habit;
        if (habit != null && invocation.heldNs() > 0) {
          habit.onRan(invocation.heldNs(), now);
        }
        engine.onFinished(call, reply, way.isOurs() ? invocation.ranNs() : 0, now);
      });
    }
  }

  @Override
  public void onCancel(ServerCall call) {
    Invocation invocation = running.get(call);
    invocation = invocation == null ? quick.waiting(call) : invocation;
    if (invocation != null) {
      cancel(invocation);
    }
  }

  private void cancel(Invocation invocation) {
    invocation.markCancelledAnd(cancels);
    invocation.takeBack();
  }

  @Override
  public void onShownOut(String address, String reason) {
    news.shownOut(address, reason);
  }

  @Override
  public void onStray(String address, int bytes, String reason) {
    news.stray(address, bytes, reason);
  }

  @Override
  public void onRefused(String peer, String reason) {
    trust.onRefused();
    news.refused(peer, reason);
  }

  @Override
  public void onAdmitted() {
    trust.onAdmitted();
  }

  @Override
  public void onDenied() {
    trust.onDenied();
  }

  @Override
  public void onLoad(LoadReport report) {
    load = report;
  }

  @Override
  public void onClosed() {
    running.values().forEach(this::cancel); // beyond the grace
    cancels.shutdown();
    whenClosed.run(); // not before: until then the loop may have more for it
    news.close();
  }
}
