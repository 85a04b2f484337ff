package io.meshrpc;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.Handler;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.ServerInterceptor;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.core.ServerCall;
import io.meshrpc.core.ServerReply;
import io.meshrpc.edge.Invocation;
import io.meshrpc.edge.ServerContext;
import io.meshrpc.zmq.ServerNode;
import java.lang.System.Logger.Level;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Runs handlers for the loop: those that were declared short on it, all others on executors. */
final class HandlerRunner implements ServerNode.Ears {
  private static final System.Logger LOG = System.getLogger("io.meshrpc");
  private static final long SHORT_MAX_NS = 10_000_000L;

  private final Map<MethodDescriptor<?, ?>, Way> ways = new IdentityHashMap<>();
  private final List<Handover> handovers;
  private final List<ServerInterceptor> interceptors;
  private final Map<ServerCall, ServerContext> running = new ConcurrentHashMap<>();
  private final ExecutorService cancels; // not the handlers' own: they may all be waiting for it
  private final News news;
  final TrustCounts trust = new TrustCounts();
  private final BiConsumer<ServerCall, ServerReply> end = this::ended; // one for all calls
  volatile @Nullable ServerNode node;
  volatile LoadReport load = LoadReport.NONE;

  /** How a method is run. */
  private static final class Way {
    final Handler<?, ?> handler;
    final @Nullable Handover handover; // null: on the loop
    boolean warned;

    Way(Handler<?, ?> handler, @Nullable Handover handover) {
      this.handler = handler;
      this.handover = handover;
    }
  }

  HandlerRunner(MeshServerBuilder builder, Executor executor) {
    this.interceptors = List.copyOf(builder.interceptors);
    this.news = new News("mesh-server-" + builder.name, builder.listener);
    this.cancels = DaemonThreads.pool("mesh-cancel-" + builder.name, 4);
    Map<Executor, Handover> byExecutor = new IdentityHashMap<>();
    for (ServiceDefinition service : builder.services.values()) {
      Executor usual = builder.executors.getOrDefault(service.descriptor().name(), executor);
      for (MethodDescriptor<?, ?> method : service.descriptor().methods()) {
        Handover own = builder.shortMethods.contains(method)
            ? null
            : byExecutor.computeIfAbsent(usual, Handover::new);
        ways.put(method, new Way(service.handler(method), own));
      }
    }
    this.handovers = List.copyOf(byExecutor.values());
  }

  @Override
  public void onInvoke(ServerCall call) {
    Way way = Objects.requireNonNull(ways.get(call.method()), "way");
    ServerContext context = new ServerContext(call, System::nanoTime);
    Invocation invocation =
        new Invocation(call, context, way.handler, interceptors, HandlerRunner::correlationId, end);
    if (way.handover == null) {
      runHere(way, invocation, call, context);
      return;
    }
    running.put(call, context);
    way.handover.add(invocation);
  }

  @Override
  public void onTurnEnd() {
    for (int i = 0; i < handovers.size(); i++) {
      handovers.get(i).flush();
    }
  }

  private void runHere(Way way, Invocation invocation, ServerCall call, ServerContext context) {
    invocation.run();
    if (!invocation.hasEnded()) { // its stage will complete later
      running.put(call, context);
      if (invocation.hasEnded()) {
        running.remove(call);
      }
    }
    long tookNs = context.ageNs();
    if (tookNs > SHORT_MAX_NS && !way.warned) {
      way.warned = true;
      LOG.log(
          Level.WARNING,
          "the handler of " + call.method() + " is declared short and held up the loop for "
              + tookNs / 1_000_000 + " ms (expected: <= 10 ms)");
    }
  }

  private static String correlationId() {
    return UUID.randomUUID().toString();
  }

  /** Whether a handler of this server, in this thread, asks. */
  boolean isHandling() {
    return CallContext.current().filter(running::containsValue).isPresent();
  }

  private void ended(ServerCall call, ServerReply reply) {
    if (!running.isEmpty()) { // as it is if all handlers are short
      running.remove(call);
    }
    ServerNode bound = node;
    if (bound != null) {
      bound.loop().post((engine, now) -> engine.onFinished(call, reply, now));
    }
  }

  @Override
  public void onCancel(ServerCall call) {
    ServerContext context = running.get(call);
    if (context != null) {
      context.markCancelledAnd(cancels);
    }
  }

  @Override
  public void onShownOut(String address, String reason) {
    news.shownOut(address, reason);
  }

  @Override
  public void onStray(int bytes, String reason) {
    news.stray(bytes, reason);
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
    running.values().forEach(context -> context.markCancelledAnd(cancels)); // beyond the grace
    cancels.shutdown();
    news.close();
  }
}
