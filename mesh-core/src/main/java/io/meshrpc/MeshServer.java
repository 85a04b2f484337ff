package io.meshrpc;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.TrustReport;
import io.meshrpc.zmq.ServerNode;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Serves services to any number of clients. Safe to use from any thread. */
public final class MeshServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.meshrpc");
  private static final long CLOSE_EXTRA_NS = 5_000_000_000L;

  private final Supplier<ServerNode> binding;
  private final UnaryOperator<String> exposure;
  private final Duration drainGrace;
  private final DaemonThreads.Own handlers;
  private final HandlerRunner runner;
  private volatile @Nullable ServerNode node;
  private boolean closed; // guarded by this

  MeshServer(MeshServerBuilder builder) {
    this.exposure = builder.exposure();
    this.drainGrace = builder.drainGrace;
    Executor given = builder.executor;
    this.handlers = given == null
        ? DaemonThreads.forHandlers("mesh-handler-" + builder.name, builder.bounds.handlersMax())
        : new DaemonThreads.Own(given, () -> {}); // is the user's to end
    this.runner = new HandlerRunner(builder, handlers);
    this.binding = builder.binding(runner);
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
    ServerNode bound = binding.get();
    runner.node = bound;
    node = bound;
    String warning = exposure.apply(bound.endpoint());
    if (!warning.isEmpty()) {
      LOG.log(Level.WARNING, warning);
    }
    bound.loop().start();
    return this;
  }

  /**
   * Where it is bound, with the real port; where it was, once it is closed.
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

  /** What its security has done so far. */
  public TrustReport trust() {
    return runner.trust.report();
  }

  /**
   * Tells clients to go elsewhere, hands queued work back, lets running handlers finish within the
   * grace period, and closes; returns when this is done. May be called more than once, from any
   * thread. Called by one of its own handlers, or in a thread that is interrupted, it returns at once;
   * the server ends all the same. A handler is not recognised inside {@link
   * io.meshrpc.api.CallContext#detached}, nor in another thread unless {@link
   * io.meshrpc.api.CallContext#wrap} gave it the context: if the handler waits there for close, that waits
   * for the handler until the grace period is over.
   */
  @Override
  public void close() {
    ServerNode running;
    synchronized (this) {
      closed = true;
      running = node;
    }
    if (running == null) {
      handlers.end().run();
    } else {
      long graceNs = Checks.nanos(drainGrace);
      running.loop().post((engine, now) -> engine.drain("the server closes", graceNs, now));
      if (!running.loop().isOurs() && !runner.isHandling()) {
        running.loop().awaitEnd(graceNs + CLOSE_EXTRA_NS);
      }
    }
  }

  /**
   * Waits until the server has ended, because it was closed or has failed. All its threads are daemons: a
   * process that does nothing but serve is to wait here, or it ends with its main method.
   *
   * @throws IllegalStateException if it has not started
   * @throws InterruptedException if the thread is interrupted; the server goes on
   */
  public void awaitEnd() throws InterruptedException {
    started().loop().awaitEnd();
  }

  private ServerNode started() {
    ServerNode bound = node;
    if (bound == null) {
      throw new IllegalStateException("the server has not started");
    }
    return bound;
  }
}
