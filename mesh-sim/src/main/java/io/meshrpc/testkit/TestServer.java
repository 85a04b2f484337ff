package io.meshrpc.testkit;

import io.meshrpc.api.Handler;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.api.ServiceDescriptor;
import io.meshrpc.core.ServerCall;
import io.meshrpc.core.ServerReply;
import io.meshrpc.sim.DrivenServer;
import io.meshrpc.sim.Passage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A server of a {@link TestMesh}, through all its processes. The services are the user's own, and
 * outlive its processes: what a process must forget when it dies, a test gives to {@link
 * TestMesh#server} with a new object.
 */
public final class TestServer implements TestNode {
  static final long FOREVER_NS = Long.MAX_VALUE / 4;

  private final Stage stage;
  private final String name;
  private final ServerSettings settings;
  private final List<ServiceDescriptor> services = new ArrayList<>();
  private final Map<MethodDescriptor<?, ?>, Handler<?, ?>> handlers = new HashMap<>();
  private final Map<ServerCall, Job> running = new LinkedHashMap<>();
  private final List<Job> jobs = new ArrayList<>(); // that have begun
  private final List<Runnable> parked = new ArrayList<>(); // while the process is paused
  private final Rules<Passage> requests = new Rules<>(handlers.keySet());
  private final Rules<Passage> replies = new Rules<>(handlers.keySet());
  private final Rules<NextCalls.Kill> kills = new Rules<>(handlers.keySet());
  private final Rules<Long> spansNs = new Rules<>(handlers.keySet());
  private final Map<MethodDescriptor<?, ?>, Long> spansNsByMethod = new HashMap<>();
  private long spanNs;
  private boolean silent; // how the process ends
  private boolean dies; // rather than that it was drained
  private final DrivenServer driven;

  TestServer(Stage stage, String name, ServerSettings settings, ServiceDefinition... all) {
    this.stage = stage;
    this.name = name;
    this.settings = settings;
    for (ServiceDefinition service : all) {
      checkNew(service.descriptor().name());
      services.add(service.descriptor());
      service
          .descriptor()
          .methods()
          .forEach(method -> handlers.put(method, service.handler(method)));
    }
    this.driven = stage.driven.server(name, new AsRole());
  }

  private void checkNew(String service) {
    if (services.stream().anyMatch(other -> other.name().equals(service))) {
      throw new IllegalArgumentException("service: " + service + " (expected: each service once)");
    }
  }

  @Override
  public String name() {
    return name;
  }

  /** Its address, as {@code CallOptions.withServer} wants it. */
  public String endpoint() {
    return driven.endpoint();
  }

  /** From now on handlers take so long; nothing unless set. See {@link #takes(MethodDescriptor, Duration)}. */
  public TestServer takes(Duration span) {
    spanNs = Spans.nanos("takes", span);
    return this;
  }

  /**
   * From now on handlers of this method take so long. Their code runs at the beginning of that time,
   * all at once, and the answer leaves at its end; a handler that is to do something later uses {@link
   * TestMesh#sleep}. Handlers that have begun keep their time.
   */
  public TestServer takes(MethodDescriptor<?, ?> method, Duration span) {
    spansNsByMethod.put(spansNs.known(method), Spans.nanos("takes", span));
    return this;
  }

  /** The next call that it runs. */
  public NextCalls nextCall() {
    return nextCalls(1);
  }

  /** The next calls that it runs; at least 1. */
  public NextCalls nextCalls(int count) {
    return new NextCalls(kills, spansNs, Spans.atLeast("count", count, 1), any -> true);
  }

  /** The next request that a client sends to it. */
  public NextFrames nextRequest() {
    return nextRequests(1);
  }

  /** The next requests that clients send to it; at least 1. Each leaves in a frame of its own. */
  public NextFrames nextRequests(int count) {
    return new NextFrames(requests, Spans.atLeast("count", count, 1), any -> true);
  }

  /** The next reply that it sends. */
  public NextFrames nextReply() {
    return nextReplies(1);
  }

  /** The next replies that it sends, be they answers of handlers or refusals; at least 1. */
  public NextFrames nextReplies(int count) {
    return new NextFrames(replies, Spans.atLeast("count", count, 1), any -> true);
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
    silent = silently;
    dies = true;
    driven.crash(silently);
    dies = false;
  }

  @Override
  public void start() {
    stage.checkOpen();
    driven.start();
    stage.twins(this).forEach(TestClient::startAlone);
  }

  /** The process dies, and another takes its place at once. */
  public void restart() {
    crash();
    start();
  }

  /**
   * The process tells clients to go elsewhere, hands queued work back, lets running handlers finish
   * within the grace period, cancels those that do not, and ends. Returns at once; {@link #isRunning} tells
   * when it has ended.
   */
  public void drain() {
    stage.checkOpen();
    silent = false;
    driven.drain(settings.drainGraceNs);
  }

  @Override
  public void pause() {
    pauseUntil(FOREVER_NS);
  }

  @Override
  public void pause(Duration span) {
    pauseUntil(stage.nowNs() + Spans.nanos("pause", span));
  }

  void pauseUntil(long untilNs) {
    stage.checkOpen();
    driven.pause(untilNs);
    stage.twins(this).forEach(client -> client.pauseAlone(untilNs));
  }

  @Override
  public void resume() {
    stage.checkOpen();
    driven.resume();
    stage.twins(this).forEach(TestClient::resumeAlone);
    release();
  }

  @Override
  public boolean isRunning() {
    return driven.isAlive();
  }

  /** How busy it is, as it would report now. */
  public LoadReport load() {
    return driven.load();
  }

  /** Every handler that has begun, in all its processes and in the order of their beginning. */
  public List<Run> executions() {
    return jobs.stream().map(Job::shown).toList();
  }

  /** The executions of one method. */
  public List<Run> executions(MethodDescriptor<?, ?> method) {
    return executions().stream().filter(run -> run.method().equals(method)).toList();
  }

  /** The requests of the executions of one method. */
  public <Q> List<Q> requests(MethodDescriptor<Q, ?> method) {
    return jobs.stream()
        .filter(job -> job.call.method().equals(method))
        .map(job -> method.request().decode(job.call.payload()))
        .toList();
  }

  DrivenServer driven() {
    return driven;
  }

  Stage stage() {
    return stage;
  }

  int boot() {
    return driven.boot();
  }

  boolean isPaused() {
    return driven.pausedUntilNs() > stage.nowNs();
  }

  /** Keeps what is to be done until the process goes on. */
  void park(Runnable action) {
    parked.add(action);
    stage.driven.at(driven.pausedUntilNs(), this::release);
  }

  private void release() {
    if (!isPaused() && !parked.isEmpty()) {
      List<Runnable> all = List.copyOf(parked);
      parked.clear();
      all.forEach(action -> stage.driven.at(stage.nowNs(), action));
    }
  }

  private void begin(Job job) {
    MethodDescriptor<?, ?> method = job.call.method();
    NextCalls.Kill kill = kills.take(method);
    if (kill == NextCalls.Kill.BEFORE) {
      driven.noteRun(job.call, "the process is killed before it runs");
      crash();
      return;
    }
    job.dies = kill == NextCalls.Kill.AFTER;
    Long once = spansNs.take(method);
    long takesNs = once == null ? spansNsByMethod.getOrDefault(method, spanNs) : once;
    jobs.add(job);
    driven.noteRun(job.call, method.fullName() + " runs");
    job.run(takesNs, reply -> end(job, reply));
  }

  private void end(Job job, ServerReply reply) {
    running.remove(job.call);
    if (job.dies) {
      driven.noteRun(job.call, "ended with " + reply.code() + ", and the process is killed");
      crash();
    } else {
      driven.noteRun(job.call, "ended with " + reply.code());
      driven.finish(job.call, reply);
    }
  }

  @Override
  public String toString() {
    return "server " + name;
  }

  /** What the simulation asks and tells, mostly in turns of the loop. */
  private final class AsRole implements DrivenServer.Role {
    @Override
    public int workers() {
      return settings.workers;
    }

    @Override
    public int queueCountMax() {
      return settings.queueCountMax;
    }

    @Override
    public int rememberedCountMax() {
      return settings.rememberedCountMax;
    }

    @Override
    public List<ServiceDescriptor> services() {
      return services;
    }

    @Override
    public void invoke(ServerCall call) {
      Handler<?, ?> handler =
          Objects.requireNonNull(handlers.get(call.method()), call.method()::fullName);
      Host host = new Host(TestServer.this, boot());
      Job job = new Job(stage, call, host, handler, settings.interceptors);
      running.put(call, job);
      stage.plan(job.host, stage.nowNs(), () -> begin(job));
    }

    @Override
    public void cancel(ServerCall call) {
      Job job = running.get(call);
      if (job != null) {
        job.invocation.markCancelledAnd(action -> stage.plan(job.host, stage.nowNs(), action));
      }
    }

    @Override
    public Passage onRequest(MethodDescriptor<?, ?> method) {
      return passage(requests.take(method));
    }

    @Override
    public Passage onReply(MethodDescriptor<?, ?> method) {
      return passage(replies.take(method));
    }

    private Passage passage(@Nullable Passage said) {
      return said == null ? Passage.USUAL : said;
    }

    @Override
    public void onEnd() {
      if (!dies) {
        running.values().forEach(job -> job.invocation.markCancelledAnd(this::planForTheTest));
      }
      running.clear();
      parked.clear();
      stage.twins(TestServer.this).forEach(client -> client.dieAlone(silent));
    }

    /** What is to be done although the process has ended. */
    private void planForTheTest(Runnable action) {
      stage.plan(null, stage.nowNs(), action);
    }
  }
}
