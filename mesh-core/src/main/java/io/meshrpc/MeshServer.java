package io.meshrpc;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.Handler;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.ServerInterceptor;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.api.ServiceDescriptor;
import io.meshrpc.core.ServerCall;
import io.meshrpc.core.ServerReply;
import io.meshrpc.zmq.ServerNode;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** Serves services to any number of clients. Safe to use from any thread. */
public final class MeshServer implements AutoCloseable {
  private static final long CLOSE_EXTRA_NS = 5_000_000_000L;

  private final MeshServerBuilder settings;
  private final Duration drainGrace;
  private final @Nullable ExecutorService ownExecutor;
  private final Runner runner;
  private volatile @Nullable ServerNode node;
  private boolean closed; // guarded by this

  MeshServer(MeshServerBuilder builder) {
    this.settings = builder;
    this.drainGrace = builder.drainGrace;
    Executor given = builder.executor;
    this.ownExecutor = given == null
        ? DaemonThreads.forHandlers("mesh-handler-" + builder.name, builder.handlersMax())
        : null;
    this.runner = new Runner(builder, given == null ? ownExecutor : given);
  }

  /** Begins a server. */
  public static MeshServerBuilder builder() {
    return new MeshServerBuilder();
  }

  /**
   * Binds and serves.
   *
   * @throws IllegalStateException if it was started or closed before
   * @throws IllegalArgumentException if it cannot be bound
   */
  public synchronized MeshServer start() {
    if (node != null || closed) {
      throw new IllegalStateException(closed ? "the server is closed" : "the server has started");
    }
    List<ServiceDescriptor> services = new ArrayList<>();
    settings.services.values().forEach(service -> services.add(service.descriptor()));
    ServerNode bound;
    try {
      bound = ServerNode.bind(
          settings.name,
          settings.endpoint,
          settings.limits(),
          services,
          new SecureRandom(), // session numbers must not be guessed
          runner);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "bind: " + settings.endpoint + " (expected: an address that is free): " + e, e);
    }
    runner.node = bound;
    node = bound;
    bound.loop().start();
    return this;
  }

  /**
   * Where it is bound, with the real port.
   *
   * @throws IllegalStateException if it has not started
   */
  public String endpoint() {
    return started().endpoint();
  }

  /** How busy it is, as of its latest report to a client. */
  public LoadReport load() {
    return runner.load;
  }

  /**
   * Tells clients to go elsewhere, hands queued work back, lets running handlers finish within the
   * grace period, and closes; returns when this is done. May be called more than once. Called by one
   * of its own handlers, it returns at once, for that handler is among those that may finish.
   */
  @Override
  public void close() {
    ServerNode running;
    synchronized (this) {
      closed = true;
      running = node;
    }
    if (running != null) {
      long graceNs = Checks.nanos(drainGrace);
      running.loop().post((engine, now) -> engine.drain("the server closes", graceNs, now));
      if (!running.loop().isHere() && !runner.isHandling()) {
        running.loop().awaitEnd(graceNs + CLOSE_EXTRA_NS);
      }
    }
    if (ownExecutor != null) {
      ownExecutor.shutdown();
    }
  }

  private ServerNode started() {
    ServerNode bound = node;
    if (bound == null) {
      throw new IllegalStateException("the server has not started");
    }
    return bound;
  }

  /** Runs handlers for the loop. */
  private static final class Runner implements ServerNode.Ears {
    private final Map<MethodDescriptor<?, ?>, Handler<?, ?>> handlers = new HashMap<>();
    private final Map<String, Executor> executors;
    private final Executor executor;
    private final List<ServerInterceptor> interceptors;
    private final Map<ServerCall, ServerContext> running = new ConcurrentHashMap<>();
    private final ExecutorService cancels; // not the handlers' own: they may all be waiting for it
    private final News news;
    volatile @Nullable ServerNode node;
    volatile LoadReport load = LoadReport.NONE;

    Runner(MeshServerBuilder builder, @Nullable Executor executor) {
      this.executor = Objects.requireNonNull(executor, "executor");
      this.executors = Map.copyOf(builder.executors);
      this.interceptors = List.copyOf(builder.interceptors);
      this.news = new News("mesh-server-" + builder.name, builder.listener);
      this.cancels = DaemonThreads.pool("mesh-cancel-" + builder.name, 4);
      for (ServiceDefinition service : builder.services.values()) {
        for (MethodDescriptor<?, ?> method : service.descriptor().methods()) {
          handlers.put(method, service.handler(method));
        }
      }
    }

    @Override
    public void onInvoke(ServerCall call) {
      ServerContext context = new ServerContext(call, call.timeLeftNs());
      running.put(call, context);
      Handler<?, ?> handler = Objects.requireNonNull(handlers.get(call.method()), "handler");
      Invocation invocation =
          new Invocation(call, context, handler, interceptors, reply -> ended(call, reply));
      Executor own = executors.getOrDefault(call.method().service(), executor);
      try {
        own.execute(invocation);
      } catch (Throwable e) { // such as no more threads: this call is refused, the loop goes on
        invocation.rejected(e);
      }
    }

    boolean isHandling() {
      return CallContext.current().filter(running::containsValue).isPresent();
    }

    private void ended(ServerCall call, ServerReply reply) {
      running.remove(call);
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
    public void onStray(int bytes, String reason) {
      news.stray(bytes, reason);
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
}
