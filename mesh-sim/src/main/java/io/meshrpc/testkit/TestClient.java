package io.meshrpc.testkit;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallContext;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MeshCaller;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import io.meshrpc.core.ClientCall;
import io.meshrpc.edge.CallTerms;
import io.meshrpc.edge.InterceptedCall;
import io.meshrpc.edge.LoggedAttempts;
import io.meshrpc.edge.ReplyFuture;
import io.meshrpc.edge.ServerContext;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.sim.DrivenClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A client of a {@link TestMesh}, through all its processes: what generated stubs are given. Futures
 * complete in the test's thread, when time gets there. The calls of a process that dies never end, for
 * nobody is left to be told.
 */
public final class TestClient implements TestNode, MeshCaller, AutoCloseable {
  private static final long PATIENCE_NS = Duration.ofMinutes(10).toNanos(); // beyond the deadline

  private final Stage stage;
  private final String name;
  private final ClientSettings settings;
  private final CallTerms terms;
  private final DrivenClient driven;
  private boolean closed;

  private record Ticket(ReplyFuture<?> future, @Nullable Host host) {}

  TestClient(Stage stage, String name, ClientSettings settings) {
    this.stage = stage;
    this.name = name;
    this.settings = settings;
    this.terms = settings.terms();
    this.driven = stage.driven.client(name, new AsRole());
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Calls, and lets time pass until the call has ended. A handler may wait so, too; then the mesh goes
   * on meanwhile, on top of it. But of two handlers that wait at the same time only the later can go on
   * when its answer comes; if the earlier is held up, the test fails with an {@link
   * IllegalStateException} that says so.
   *
   * @throws RpcException if the call fails
   * @throws IllegalStateException if called by a balancer, by an attempt interceptor, or on a mesh that
   *     is closed, or if the client's process dies
   */
  @Override
  public <Q, R> R call(MethodDescriptor<Q, R> method, Q request, CallOptions options) {
    stage.checkOpen();
    stage.checkNotInTurn("call");
    long timeoutNs = terms.timeoutNs(options);
    int before = driven.boot();
    CompletableFuture<R> future;
    if (settings.interceptors.isEmpty()) {
      future = send(method, request, options, null);
    } else {
      InterceptedCall<R> call = new InterceptedCall<>(settings.interceptors, this::send, null);
      future = call.start(method, request, options);
      planToGiveUp(call, future, timeoutNs, stage.nowNs() + timeoutNs);
    }
    return stage.await(
        "call of " + method,
        future,
        timeoutNs + PATIENCE_NS,
        () -> driven.boot() != before || (!closed && !driven.isAlive()));
  }

  /** As a live caller does, it looks again and again once its time is over. */
  private void planToGiveUp(
      InterceptedCall<?> call, CompletableFuture<?> future, long timeoutNs, long atNs) {
    int before = driven.boot();
    stage.plan(stage.host(), atNs, () -> {
      if (!future.isDone() && driven.boot() == before) {
        call.giveUp(timeoutNs);
        planToGiveUp(call, future, timeoutNs, atNs + InterceptedCall.LOOK_NS);
      }
    });
  }

  @Override
  public <Q, R> CompletableFuture<R> callAsync(
      MethodDescriptor<Q, R> method, Q request, CallOptions options) {
    stage.checkOpen();
    return settings.interceptors.isEmpty()
        ? send(method, request, options, null)
        : new InterceptedCall<R>(settings.interceptors, this::send, null)
            .start(method, request, options);
  }

  private <Q, R> CompletableFuture<R> send(
      MethodDescriptor<Q, R> method, Q request, CallOptions options, @Nullable Thread waiter) {
    ReplyFuture<R> future = new ReplyFuture<>(driven::cancel);
    Ticket ticket = new Ticket(future, stage.host());
    ClientCall call = terms.newCall(method, request, options, ticket, future);
    if (call == null) {
      return future;
    }
    if (closed || !driven.isAlive()) {
      String text = closed ? "the client is closed" : "the client's process is gone";
      future.completeExceptionally(
          new RpcException(new Status(Code.CANCELLED, text), Execution.NOT_SENT, null));
      return future;
    }
    driven.submit(call);
    Runnable noLongerNested = endWithCaller(call, future.handler());
    CompletableFuture<R> unused = future.whenComplete((reply, failure) -> noLongerNested.run());
    return future;
  }

  private Runnable endWithCaller(ClientCall call, @Nullable CallContext handler) {
    if (handler instanceof ServerContext own) {
      return own.addNested(() -> driven.cancel(call));
    }
    return () -> {};
  }

  /** The liveness table at this moment, in the order of connecting; empty while no process runs. */
  public List<PeerView> peers() {
    stage.checkNotInTurn("peers");
    return driven.peers();
  }

  /** Adds a server; nothing if it is there already. */
  public void connect(TestServer server) {
    stage.checkMine(server);
    driven.connect(server.endpoint());
  }

  /** Removes a server. Calls under way there go elsewhere or fail, as their contract allows. */
  public void disconnect(TestServer server) {
    stage.checkMine(server);
    driven.disconnect(server.endpoint());
  }

  /**
   * Ends every call that is under way with {@link Code#CANCELLED}, and the client for good. Calls that
   * are made later fail so, too.
   */
  @Override
  public void close() {
    if (closed || stage.isClosed()) {
      return;
    }
    stage.checkOpen();
    closed = true;
    driven.close();
    if (!stage.isRunning() && driven.pausedUntilNs() <= stage.nowNs()) {
      stage.run("close", () -> {
        boolean more = true;
        while (more && driven.isAlive()) {
          more = stage.driven.step(Long.MAX_VALUE);
        }
      });
    }
  }

  @Override
  public boolean isRunning() {
    return driven.isAlive();
  }

  @Override
  public void crash() {
    die(false);
  }

  @Override
  public void vanish() {
    die(true);
  }

  private void die(boolean silently) {
    stage.checkOpen();
    TestServer twin = stage.twin(this);
    if (twin == null || !twin.isRunning()) {
      dieAlone(silently);
    } else if (silently) {
      twin.vanish();
    } else {
      twin.crash();
    }
  }

  @Override
  public void start() {
    stage.checkOpen();
    TestServer twin = stage.twin(this);
    if (twin == null) {
      startAlone();
    } else {
      twin.start();
    }
  }

  @Override
  public void pause() {
    pauseUntil(TestServer.FOREVER_NS);
  }

  @Override
  public void pause(Duration span) {
    pauseUntil(stage.nowNs() + Spans.nanos("pause", span));
  }

  private void pauseUntil(long untilNs) {
    stage.checkOpen();
    TestServer twin = stage.twin(this);
    if (twin == null) {
      pauseAlone(untilNs);
    } else {
      twin.pauseUntil(untilNs);
    }
  }

  @Override
  public void resume() {
    stage.checkOpen();
    TestServer twin = stage.twin(this);
    if (twin == null) {
      resumeAlone();
    } else {
      twin.resume();
    }
  }

  void dieAlone(boolean silently) {
    driven.crash(silently);
  }

  void startAlone() {
    if (!closed) {
      driven.start();
    }
  }

  void pauseAlone(long untilNs) {
    driven.pause(untilNs);
  }

  void resumeAlone() {
    driven.resume();
  }

  /** A server is added to the mesh. */
  void onServer(TestServer server) {
    if (settings.servers == null) {
      driven.connect(server.endpoint());
    }
  }

  DrivenClient driven() {
    return driven;
  }

  @Override
  public String toString() {
    return "client " + name;
  }

  /** What the simulation asks and tells, mostly in turns of the loop. */
  private final class AsRole implements DrivenClient.Role {
    @Override
    public LivenessSettings liveness() {
      return settings.liveness;
    }

    @Override
    public LoadBalancer newBalancer() {
      return settings.balancer.get();
    }

    @Override
    public AttemptInterceptor attempts() {
      return LoggedAttempts.of(settings.attempts);
    }

    @Override
    public List<String> endpoints() {
      List<TestServer> some = settings.servers == null ? stage.servers : settings.servers;
      return some.stream().map(TestServer::endpoint).toList();
    }

    @Override
    public void onEnded(ClientCall call) {
      Ticket ticket = (Ticket) call.ticket();
      stage.plan(ticket.host(), stage.nowNs(), () -> {
        ticket.future().run();
      });
    }

    @Override
    public void onMoved(MeshListener.Transition transition) {
      if (settings.listener != MeshListener.NONE) {
        stage.plan(null, stage.nowNs(), () -> settings.listener.onTransition(transition));
      }
    }
  }
}
