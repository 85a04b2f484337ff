package io.meshrpc.edge;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.api.Priority;
import io.meshrpc.core.ServerCall;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What a handler knows of its call. */
public final class ServerContext implements CallContext {
  private static final System.Logger LOG = System.getLogger("io.meshrpc");

  private static final VarHandle ENDED =
      Handles.ofField(MethodHandles.lookup(), "ended", boolean.class);
  static final int METADATA_BYTES_MAX = 8 << 10;

  private final ServerCall call;
  private final LongSupplier clock;
  private final long deadlineNs; // of that clock
  private List<Runnable> onCancel = List.of(); // guarded by call; most calls have none
  private Set<Runnable> nested = Set.of(); // guarded by call
  private boolean cancelled; // guarded by call
  // null: none; a volatile that is set at birth would cost a fence
  private volatile @Nullable Metadata reply;
  private final @Nullable Object server;

  @SuppressWarnings("UnusedVariable") // by its handle
  private volatile boolean ended;

  /** The context of a handler that starts now, by its node's clock of nanoseconds. */
  public ServerContext(ServerCall call, LongSupplier clock) {
    this(call, clock, null);
  }

  /**
   * The context of a handler that starts now, by its node's clock of nanoseconds.
   *
   * @param server whose handler it is; see {@link #isUnderWayAt}
   */
  public ServerContext(ServerCall call, LongSupplier clock, @Nullable Object server) {
    this.server = server;
    this.call = call;
    this.clock = clock;
    this.deadlineNs = call.deadlineNs();
  }

  /** The handler has answered. */
  public void end() {
    ENDED.setRelease(this, true); // nobody waits for it
  }

  /** Whether the handler is this server's, and has not answered. */
  public boolean isUnderWayAt(Object place) {
    return server == place && !ended;
  }

  /** Marks the call as cancelled and hands what is to be done about it to an executor. */
  public void markCancelledAnd(Executor executor) {
    List<Runnable> actions;
    synchronized (call) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      actions = onCancel;
      nested.forEach(Runnable::run); // these only hand over
    }
    if (actions.isEmpty()) {
      return;
    }
    try {
      executor.execute(() -> actions.forEach(ServerContext::run));
    } catch (Throwable e) { // such as no more threads; this is the loop
      LOG.log(Level.WARNING, "the executor rejected the actions on cancel", e);
    }
  }

  /**
   * Adds how to cancel a call that the handler makes: done on the loop, so it must be short. Returns
   * how to take it away when that call has ended.
   */
  public Runnable addNested(Runnable cancel) {
    synchronized (call) {
      if (!cancelled) {
        nested = nested.isEmpty() ? new LinkedHashSet<>() : nested;
        nested.add(cancel);
        return () -> removeNested(cancel);
      }
    }
    cancel.run();
    return () -> {};
  }

  private void removeNested(Runnable cancel) {
    synchronized (call) {
      nested.remove(cancel);
    }
  }

  Metadata reply() {
    Metadata said = reply;
    return said == null ? Metadata.EMPTY : said;
  }

  @Override
  public Duration timeLeft() {
    return Duration.ofNanos(Math.max(0, deadlineNs - clock.getAsLong()));
  }

  @Override
  public boolean isCancelled() {
    synchronized (call) {
      return cancelled || deadlineNs - clock.getAsLong() <= 0;
    }
  }

  @Override
  public void onCancel(Runnable action) {
    synchronized (call) {
      if (!cancelled) {
        onCancel = onCancel.isEmpty() ? new ArrayList<>() : onCancel;
        onCancel.add(action);
        return;
      }
    }
    run(action);
  }

  @Override
  public int attempt() {
    return call.attempt();
  }

  @Override
  public MethodDescriptor<?, ?> method() {
    return call.method();
  }

  @Override
  public Caller caller() {
    return new Caller(call.callerName(), call.callerId().toString());
  }

  @Override
  public PeerIdentity peer() {
    return call.peer();
  }

  @Override
  public Metadata metadata() {
    return call.metadata();
  }

  @Override
  public Priority priority() {
    return call.priority();
  }

  @Override
  public void replyMetadata(Metadata metadata) {
    int bytes = metadata.bytes();
    if (bytes > METADATA_BYTES_MAX) {
      throw new IllegalArgumentException(
          "metadata: " + bytes + " bytes (expected: <= " + METADATA_BYTES_MAX + ")");
    }
    reply = metadata;
  }

  private static void run(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) { // the actions behind it are to run all the same
      LOG.log(Level.WARNING, "an action on cancel failed", e);
    }
  }
}
