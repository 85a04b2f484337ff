package io.meshrpc;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallContext;
import io.meshrpc.api.CallInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MeshCaller;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.OpenCall;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.ReplyCallback;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import io.meshrpc.core.ClientCall;
import io.meshrpc.core.ClientEngine;
import io.meshrpc.edge.AwaitedReply;
import io.meshrpc.edge.CallTerms;
import io.meshrpc.edge.CalledBack;
import io.meshrpc.edge.InterceptedCall;
import io.meshrpc.edge.LoggedAttempts;
import io.meshrpc.edge.PendingReply;
import io.meshrpc.edge.ReplyFuture;
import io.meshrpc.edge.ServerContext;
import io.meshrpc.zmq.ClientNode;
import io.meshrpc.zmq.NodeLoop;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls services on any number of servers, each connected directly. Usable at once: calls wait,
 * until their deadline, for a server to be there. Safe to use from any thread; one client is enough
 * for a process.
 */
public final class MeshClient implements MeshCaller, AutoCloseable {
  private static final long CLOSE_MAX_NS = TimeUnit.SECONDS.toNanos(2);
  private static final Runnable NOT_NESTED = () -> {};
  private static final OpenCall NEVER_OPEN = () -> {};

  private final CallTerms terms;
  private final List<CallInterceptor> interceptors;
  private final Completions completions;
  private final NodeLoop<ClientEngine> loop;
  private final Consumer<ClientCall> canceller = this::cancel;
  private final CalledBack.Home callbacks = new CalledBack.Home(canceller);

  MeshClient(MeshClientBuilder builder, LoadBalancer chooser) {
    this.terms = builder.terms();
    this.interceptors = List.copyOf(builder.interceptors);
    this.completions = new Completions(builder);
    AttemptInterceptor attempts = LoggedAttempts.of(builder.attemptInterceptor);
    this.loop = ClientNode.start(
        builder.name,
        builder.limits(),
        builder.liveness,
        chooser,
        attempts,
        builder.random(),
        builder.threading(),
        builder.security,
        completions);
    builder.endpoints.forEach(this::connect);
  }

  /** Begins a client. */
  public static MeshClientBuilder builder() {
    return new MeshClientBuilder();
  }

  /**
   * Adds a server; nothing if it is there already.
   *
   * @param endpoint such as {@code tcp://10.0.0.1:7400}
   * @throws IllegalArgumentException if it is not of the form {@code tcp://host:port}
   */
  public void connect(String endpoint) {
    Endpoints.checkConnect(endpoint);
    loop.post((engine, now) -> engine.connect(endpoint, now));
  }

  /**
   * Removes a server; nothing if it is not there. Calls under way there go elsewhere or fail, as their contract
   * allows; a listener hears that it is {@link io.meshrpc.api.PeerState#DOWN}. A server that drains ends them if it
   * is left in: remove it when {@link #peers} has it {@code DOWN}, or with nothing in flight.
   *
   * @throws IllegalArgumentException if it is not of the form {@code tcp://host:port}
   */
  public void disconnect(String endpoint) {
    Endpoints.checkConnect(endpoint);
    loop.post((engine, now) -> engine.disconnect(endpoint, now));
  }

  /**
   * The liveness table at this moment, in the order of connecting; empty once closed.
   *
   * @throws IllegalStateException if called on the loop, as by a {@code LoadBalancer}
   */
  public List<PeerView> peers() {
    checkNotOnTheLoop("peers");
    CompletableFuture<List<PeerView>> table = new CompletableFuture<>();
    if (!loop.post((engine, now) -> table.complete(engine.peers(now)))) {
      return List.of();
    }
    return table.join();
  }

  @Override
  public <Q, R> R call(MethodDescriptor<Q, R> method, Q request, CallOptions options) {
    checkNotOnTheLoop("call");
    if (!interceptors.isEmpty()) {
      InterceptedCall<R> call =
          new InterceptedCall<>(interceptors, this::send, Thread.currentThread());
      CompletableFuture<R> unused = call.start(method, request, options);
      return call.await(terms.timeoutNs(options));
    }
    PendingReply<R> pending = new PendingReply<>();
    CallContext handler = CallContext.current().orElse(null);
    ClientCall call = terms.newCall(method, request, options, handler, pending);
    if (!loop.post(call)) {
      throw closed();
    }
    Runnable noLongerNested = endWithCaller(call, handler);
    try {
      return pending.await(() -> cancel(call));
    } finally {
      noLongerNested.run();
    }
  }

  @Override
  public <Q, R> CompletableFuture<R> callAsync(
      MethodDescriptor<Q, R> method, Q request, CallOptions options) {
    return interceptors.isEmpty()
        ? send(method, request, options, null)
        : new InterceptedCall<R>(interceptors, this::send, null).start(method, request, options);
  }

  @Override
  public <Q, R> OpenCall callAsync(
      MethodDescriptor<Q, R> method,
      Q request,
      CallOptions options,
      ReplyCallback<? super R> callback) {
    Objects.requireNonNull(callback, "callback");
    if (!interceptors.isEmpty() || CallContext.current().isPresent()) {
      return MeshCaller.super.callAsync(
          method, request, options, (reply, failure) -> callbacks.tell(callback, reply, failure));
    }
    try {
      CalledBack<? super R> ticket = new CalledBack<>(callbacks, callback);
      ClientCall call = terms.newCall(method, request, options, null, ticket);
      ticket.of(call);
      if (loop.post(call)) {
        return ticket;
      }
      callbacks.tell(callback, null, closed());
    } catch (RpcException e) {
      callbacks.tell(callback, null, e);
    }
    return NEVER_OPEN;
  }

  /**
   * Ends every call that is under way with {@link Code#CANCELLED} and closes all connections. Returns
   * when this is done, usually within a fifth of a second. May be called more than once, from any
   * thread; in one that is interrupted it returns at once, and the client ends all the same.
   */
  @Override
  public void close() {
    loop.post((engine, now) -> engine.close(now));
    if (!loop.isHere()) {
      loop.awaitEnd(CLOSE_MAX_NS);
    }
  }

  private <Q, R> CompletableFuture<R> send(
      MethodDescriptor<Q, R> method, Q request, CallOptions options, @Nullable Thread waiter) {
    ReplyFuture<R> future =
        waiter == null ? new ReplyFuture<>(canceller) : new AwaitedReply<>(canceller, waiter);
    ClientCall call = terms.newCall(method, request, options, future, future);
    if (call == null) {
      return future;
    }
    if (!loop.post(call)) {
      future.completeExceptionally(closed());
      return future;
    }
    Runnable noLongerNested = endWithCaller(call, future.handler());
    if (noLongerNested != NOT_NESTED) {
      CompletableFuture<R> unused = future.whenComplete((reply, failure) -> noLongerNested.run());
    }
    return future;
  }

  /**
   * If a handler makes the call, it is cancelled with the handler's own caller. To be done once the
   * call was started, and undone by what is returned when it has ended.
   */
  private Runnable endWithCaller(ClientCall call, @Nullable CallContext handler) {
    if (handler == null) {
      return NOT_NESTED;
    }
    if (handler instanceof ServerContext own) {
      return own.addNested(() -> cancel(call));
    }
    handler.onCancel(() -> cancel(call));
    return NOT_NESTED;
  }

  private static RpcException closed() {
    return new RpcException(
        new Status(Code.CANCELLED, "the client is closed"), Execution.NOT_SENT, null);
  }

  private void checkNotOnTheLoop(String what) {
    if (loop.isHere()) {
      throw new IllegalStateException(
          what + " on the client's loop thread, which would wait for itself"
              + " (expected: another thread; callAsync does not wait)");
    }
  }

  private void cancel(ClientCall call) {
    loop.post((engine, now) -> engine.cancel(call, now));
  }
}
