package io.meshrpc.testkit;

import io.meshrpc.api.ServiceDefinition;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A mesh in the test's own thread, in virtual time:
 *
 * <pre>
 * TestMesh mesh = TestMesh.create();
 * TestServer a = mesh.server("a", PaymentsMesh.bind(new Bank()));
 * PaymentsMesh.Client payments = PaymentsMesh.client(mesh.client("c"));
 * a.nextCall().killAfterExecution();
 * CompletableFuture&lt;PayReply&gt; reply = payments.payAsync(request);
 * mesh.advance(Duration.ofSeconds(3));
 * </pre>
 *
 * <p>Time stands still but for {@link #advance}, {@link #runUntil}, {@link #await} and blocking calls of
 * a {@link TestClient}. While it passes, handlers, callbacks and planned actions run in this thread, one
 * after the other, each at its moment; the same seed and the same story give the same order. Belongs to
 * the thread that first uses it; from any other it throws {@link IllegalStateException}, as it does once
 * it is closed.
 */
public class TestMesh implements AutoCloseable {
  private static final long SEED = 1;
  private static final Instant BEGIN = Instant.parse("2000-01-01T00:00:00Z");
  private static final long AWAIT_MAX_NS = Duration.ofMinutes(10).toNanos();

  private final long seed;
  private Stage stage;

  TestMesh(long seed) {
    this.seed = seed;
    this.stage = new Stage(seed);
  }

  /** A mesh without nodes, of the seed in the system property {@code mesh.seed}, or of 1. */
  public static TestMesh create() {
    return new TestMesh(usualSeed());
  }

  /** A mesh without nodes. From the seed follow latencies, pauses between attempts and choices of servers. */
  public static TestMesh seed(long seed) {
    return new TestMesh(seed);
  }

  static long usualSeed() {
    return Long.getLong("mesh.seed", SEED);
  }

  /**
   * Adds a server of these services, and starts it.
   *
   * @param name unique among servers; a client of this name shares its process
   */
  public TestServer server(String name, ServiceDefinition... services) {
    return server(name, settings -> {}, services);
  }

  /** As {@link #server(String, ServiceDefinition...)}, with settings. */
  public TestServer server(
      String name, Consumer<ServerSettings> settings, ServiceDefinition... services) {
    stage.checkOpen();
    checkNew(name, stage.servers);
    if (services.length == 0) {
      throw new IllegalArgumentException("services: none (expected: at least one)");
    }
    ServerSettings own = new ServerSettings();
    settings.accept(own);
    TestServer server = new TestServer(stage, name, own, services);
    stage.servers.add(server);
    stage.clients.forEach(client -> client.onServer(server));
    return server;
  }

  /**
   * Adds a client of all servers, and starts it.
   *
   * @param name unique among clients; a server of this name shares its process
   */
  public TestClient client(String name) {
    return client(name, settings -> {});
  }

  /** As {@link #client(String)}, with settings. */
  public TestClient client(String name, Consumer<ClientSettings> settings) {
    stage.checkOpen();
    checkNew(name, stage.clients);
    ClientSettings own = new ClientSettings();
    settings.accept(own);
    if (own.servers != null) {
      own.servers.forEach(stage::checkMine);
    }
    TestClient client = new TestClient(stage, name, own);
    stage.clients.add(client);
    return client;
  }

  private static void checkNew(String name, List<? extends TestNode> nodes) {
    if (name.isEmpty() || nodes.stream().anyMatch(node -> node.name().equals(name))) {
      throw new IllegalArgumentException(
          "name: \"" + name + "\" (expected: one that is not empty and not taken)");
    }
  }

  /** Time since the mesh began. */
  public Duration now() {
    return stage.now();
  }

  /**
   * The time of the mesh as a clock, for services that ask one: 2000-01-01T00:00:00Z when the mesh
   * began, in UTC, and {@link #now} later now.
   */
  public Clock clock() {
    InstantSource source = () -> BEGIN.plus(now());
    return source.withZone(ZoneOffset.UTC);
  }

  /**
   * Lets so much time pass, and everything happen that happens in it.
   *
   * @throws IllegalStateException inside a handler or a callback, where time passes already
   */
  public void advance(Duration span) {
    long spanNs = Spans.nanos("advance", span);
    stage.run("advance", () -> stage.driven.runUntil(stage.nowNs() + spanNs));
  }

  /**
   * Lets time pass until something is so, which is asked after everything that happens.
   *
   * @throws AssertionError if it is not so after this time
   * @throws IllegalStateException inside a handler or a callback
   */
  public void runUntil(BooleanSupplier condition, Duration atMost) {
    long latestNs = stage.nowNs() + Spans.nanos("atMost", atMost);
    stage.run("runUntil", () -> {
      while (!condition.getAsBoolean()) {
        if (!stage.driven.step(latestNs)) {
          stage.driven.runUntil(latestNs);
          throw new AssertionError("it is not so within " + atMost + ", at " + now());
        }
      }
    });
  }

  /**
   * Lets time pass until a future is complete, and returns what it holds. An unchecked exception or an
   * error that it failed with is thrown as it is, such as {@link io.meshrpc.api.RpcException}, a checked one in a
   * {@link java.util.concurrent.CompletionException}. May be called by a handler, as {@link
   * TestClient#call} may.
   *
   * @throws AssertionError if it is not complete in ten minutes
   */
  public <T> T await(CompletableFuture<T> future) {
    return stage.await("a future", future, AWAIT_MAX_NS, () -> false);
  }

  /**
   * A future that completes after this time. One that a handler makes never completes once the
   * handler's process has died, nor while it is paused.
   */
  public CompletableFuture<Void> sleep(Duration span) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    after(span, () -> future.complete(null));
    return future;
  }

  /**
   * Does something after this time. What it throws goes to the test, which lets time pass then: at once, or
   * when the time is over that it lets pass, if a handler waits meanwhile. What a handler plans is not done once
   * the handler's process has died.
   */
  public void after(Duration span, Runnable action) {
    Objects.requireNonNull(action, "action");
    stage.plan(stage.host(), stage.nowNs() + Spans.nanos("after", span), action);
  }

  /** How long frames take from now on: this, and a little by chance; 0.2 ms unless set. */
  public void latency(Duration base) {
    stage.checkOpen();
    long baseNs = Spans.nanos("latency", base);
    stage.driven.setLatency(baseNs, baseNs / 4);
  }

  /**
   * Nothing passes from one process to another until {@link #heal}; the other direction is not cut. As
   * with TCP, connections stand, what is written waits and comes after all when the cut is over, unless
   * the client has given the connection up before. Nor does connecting succeed.
   */
  public void cut(TestNode from, TestNode to) {
    stage.checkMine(from);
    stage.checkMine(to);
    boolean any = false;
    for (TestClient client : stage.clients) {
      for (TestServer server : stage.servers) {
        boolean requests = client.name().equals(from.name()) && server.name().equals(to.name());
        boolean replies = server.name().equals(from.name()) && client.name().equals(to.name());
        any |= requests || replies;
        stage.driven.cut(client.driven(), server.driven(), requests, replies);
      }
    }
    if (!any) {
      throw new IllegalArgumentException(
          "cut from " + from + " to " + to + " (expected: a client and a server)");
    }
    stage.driven.note("cut from " + from + " to " + to);
  }

  /** Nothing passes between two processes until {@link #heal}, as with {@link #cut} of both directions. */
  public void partition(TestNode one, TestNode other) {
    cut(one, other);
    cut(other, one);
  }

  /** All cuts are over, and what waited comes. */
  public void heal() {
    stage.checkOpen();
    stage.driven.note("healing");
    stage.driven.heal();
  }

  /** The connection of the two is reset, if there is one: what is in flight is lost, both ends learn. */
  public void reset(TestClient client, TestServer server) {
    breakDown("reset", client, server, true);
  }

  /**
   * The connection of the two leads nowhere from now on: what either end sends is lost, and nobody
   * learns, as when a machine in between has forgotten it. Connections that are made later are good.
   */
  public void blackHole(TestClient client, TestServer server) {
    breakDown("black hole", client, server, false);
  }

  private void breakDown(String what, TestClient client, TestServer server, boolean bothLearn) {
    stage.checkMine(client);
    stage.checkMine(server);
    stage.driven.note(what + " between " + client + " and " + server);
    stage.driven.breakDown(client.driven(), server.driven(), bothLearn);
  }

  /** From which all chance follows. */
  public long seed() {
    return seed;
  }

  /** The last 256 lines of what happened, the oldest first, for people; the form may change. */
  public List<String> trace() {
    return stage.driven.trace();
  }

  /** A number over everything that happened so far: equal if two runs were. */
  public long traceHash() {
    return stage.driven.traceHash();
  }

  /** Ends it. Calls that are under way never end. May be called more than once. */
  @Override
  public void close() {
    stage.close();
  }

  boolean isClosed() {
    return stage.isClosed();
  }

  /** Begins anew, without nodes and at zero. */
  void begin() {
    stage = new Stage(seed);
  }

  @Override
  public String toString() {
    return "mesh of seed " + seed + " at " + now();
  }
}
