package io.meshrpc.edge;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.api.Priority;
import io.meshrpc.core.ServerCall;
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

/** What a handler knows of its call: its {@link Invocation}, as users see it. */
public abstract class ServerContext implements CallContext {
  private static final VarHandle ENDED =
      Handles.ofField(MethodHandles.lookup(), "ended", boolean.class);
  static final int METADATA_BYTES_MAX = 8 << 10;

  private final ServerCall call;
  private @Nullable Watch watch; // guarded by call; null: nobody has asked, and it is not cancelled
  // null: none; a volatile that is set at birth would cost a fence
  private volatile @Nullable Metadata reply;

  @SuppressWarnings("UnusedVariable") // by its handle
  private volatile boolean ended;

  /**
   * Where handlers run.
   *
   * @param clock the node's, of nanoseconds
   * @param server see {@link #isUnderWayAt}
   * @param rejections what executors reject, or fail at
   * @param cancels actions on cancel that fail
   * @param shortened failures with too much metadata
   */
  public record Home(
      LongSupplier clock,
      @Nullable Object server,
      RareLog rejections,
      RareLog cancels,
      RareLog shortened) {
    /** Nothing has gone wrong there yet. */
    public Home(LongSupplier clock, @Nullable Object server) {
      this(clock, server, new RareLog(), new RareLog(), new RareLog());
    }
  }

  /** Who is to hear if nobody waits any more. */
  private static final class Watch {
    final List<Runnable> onCancel = new ArrayList<>();
    final Set<Runnable> nested = new LinkedHashSet<>();
    boolean cancelled;
  }

  ServerContext(ServerCall call) {
    this.call = call;
  }

  abstract Home home();

  /** Which call. */
  public ServerCall call() {
    return call;
  }

  /** The handler has answered. */
  public void end() {
    ENDED.setRelease(this, true); // nobody waits for it
  }

  /** Whether {@link #end} was called. */
  public boolean isOver() {
    return ended;
  }

  /** Whether the handler is this server's, and has not answered. */
  public boolean isUnderWayAt(Object place) {
    return home().server == place && !ended;
  }

  /** Marks the call as cancelled and hands what is to be done about it to an executor. */
  public void markCancelledAnd(Executor executor) {
    if (ended) {
      return;
    }
    List<Runnable> actions;
    synchronized (call) {
      Watch own = watch();
      if (own.cancelled) {
        return;
      }
      own.cancelled = true;
      actions = own.onCancel;
      own.nested.forEach(Runnable::run); // these only hand over
    }
    if (actions.isEmpty()) {
      return;
    }
    try {
      executor.execute(() -> actions.forEach(this::run));
    } catch (Throwable e) { // such as no more threads; this is the loop
      home().cancels().warn("the executor rejected the actions on cancel of " + call.method(), e);
    }
  }

  /**
   * Adds how to cancel a call that the handler makes: done on the loop, so it must be short. Returns
   * how to take it away when that call has ended.
   */
  public Runnable addNested(Runnable cancel) {
    synchronized (call) {
      if (!watch().cancelled) {
        watch().nested.add(cancel);
        return () -> removeNested(cancel);
      }
    }
    cancel.run();
    return () -> {};
  }

  private void removeNested(Runnable cancel) {
    synchronized (call) {
      watch().nested.remove(cancel);
    }
  }

  private Watch watch() {
    Watch known = watch;
    if (known == null) {
      known = new Watch();
      watch = known;
    }
    return known;
  }

  private long leftNs() {
    return call.deadlineNs() - home().clock.getAsLong();
  }

  /** What the handler sends back beside its reply. */
  public Metadata reply() {
    Metadata said = reply;
    return said == null ? Metadata.EMPTY : said;
  }

  @Override
  public Duration timeLeft() {
    return Duration.ofNanos(Math.max(0, leftNs()));
  }

  @Override
  public boolean isCancelled() {
    synchronized (call) {
      return (watch != null && watch.cancelled) || leftNs() <= 0;
    }
  }

  @Override
  public void onCancel(Runnable action) {
    synchronized (call) {
      if (!watch().cancelled) {
        watch().onCancel.add(action);
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

  private void run(Runnable action) {
    try {
      action.run();
    } catch (Throwable e) { // the actions behind it are to run all the same
      home().cancels().warn("an action on cancel of " + call.method() + " failed", e);
    }
  }
}
