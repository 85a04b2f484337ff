package io.meshrpc;

import io.meshrpc.api.Authorizer;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.ServerInterceptor;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.api.ServiceDescriptor;
import io.meshrpc.core.ServerLimits;
import io.meshrpc.security.CurveSecurity;
import io.meshrpc.security.MeshSecurity;
import io.meshrpc.security.TlsSecurity;
import io.meshrpc.zmq.ConnectionLimits;
import io.meshrpc.zmq.ServerNode;
import io.meshrpc.zmq.Threading;
import io.meshrpc.zmq.Trust;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link MeshServer} needs: where it is bound and what it serves. */
public final class MeshServerBuilder {
  private static final Duration SESSION_IDLE_MIN = Duration.ofSeconds(31);

  final Map<String, ServiceDefinition> services = new LinkedHashMap<>();
  final Map<String, Executor> executors = new LinkedHashMap<>();
  final List<ServerInterceptor> interceptors = new ArrayList<>();
  final Set<MethodDescriptor<?, ?>> shortMethods = new LinkedHashSet<>();
  final ServerBounds bounds = new ServerBounds();
  String endpoint = "";
  String name = "";
  long quickNs = Habit.QUICK_NS;
  Duration drainGrace = Duration.ofSeconds(10);
  MeshListener listener = MeshListener.NONE;

  @Nullable
  Executor executor;

  private @Nullable MeshSecurity security;
  private @Nullable Authorizer authorizer;
  private boolean insecure;

  private long spinNs = Threading.DEFAULT.spinNs();
  private int ioThreads = Threading.DEFAULT.ioThreads();

  MeshServerBuilder() {}

  /** Where to listen: {@code tcp://*:7400}, or {@code tcp://127.0.0.1:*} for any free port. */
  public MeshServerBuilder bind(String address) {
    Endpoints.checkBind(address);
    endpoint = address;
    return this;
  }

  /** Serves a service. */
  public MeshServerBuilder addService(ServiceDefinition service) {
    String key = Objects.requireNonNull(service, "service").descriptor().name();
    if (services.putIfAbsent(key, service) != null) {
      throw new IllegalArgumentException("service: " + key + " (expected: each service once)");
    }
    return this;
  }

  /** Serves a service with handlers on an executor of its own. */
  public MeshServerBuilder addService(ServiceDefinition service, Executor own) {
    Objects.requireNonNull(own, "own");
    addService(service);
    executors.put(service.descriptor().name(), own);
    return this;
  }

  /**
   * Declares handlers short: they take microseconds, never wait, and run on the server's loop, which
   * saves two changes of thread for each call. While one runs, the server does nothing else: it takes
   * no request and answers no ping. One that takes longer than 10 ms is logged as a warning, once for
   * each method. A stage that such a handler returns may complete later, in any thread.
   *
   * @param methods methods of services that are served here
   */
  public MeshServerBuilder shortHandlers(MethodDescriptor<?, ?>... methods) {
    shortMethods.addAll(List.of(methods)); // none of which is null
    return this;
  }

  /**
   * Handlers that usually hold their thread for no longer than this are run by the thread of the server's
   * loop, as long as they keep to it: to wake another would take longer. They are found out by their times on
   * their executor, method by method, and go back there when they become slower. One that keeps the thread
   * all the same, because it waits for something, holds up the server for 2 to 4 ms, and for 20 to 24 ms if it
   * computes or waits inside a system call; then another thread becomes the loop, and the method stays on its
   * executor for 10 s, and for twice as long each time, up to 10 minutes. Not for handlers on executors that were
   * given. 20 microseconds unless set.
   *
   * @param usual from 0, which is never, to 1 ms
   */
  public MeshServerBuilder quickHandlers(Duration usual) {
    quickNs = Checks.quickNs("quickHandlers", usual);
    return this;
  }

  /**
   * How the server proves who it is, and which clients it believes; unless set everybody who reaches
   * its port is let in, and nothing is encrypted.
   *
   * @throws IllegalArgumentException if it is TLS without a certificate, or CURVE for clients
   */
  public MeshServerBuilder security(MeshSecurity kind) {
    if (kind instanceof CurveSecurity curve && !curve.isServer()) {
      throw new IllegalArgumentException("security: " + kind + " (expected: CurveSecurity.server)");
    }
    if (kind instanceof TlsSecurity tls && !tls.hasCertificate()) {
      throw new IllegalArgumentException("security: " + kind + " (expected: with a certificate)");
    }
    security = Objects.requireNonNull(kind, "kind");
    return this;
  }

  /**
   * Says that a server without {@link #security} is meant to be bound to more than this machine's
   * loopback address, as in a network that something else protects. Without it such a server warns in
   * the log when it starts. It changes nothing else.
   */
  public MeshServerBuilder insecure() {
    insecure = true;
    return this;
  }

  /** Who may call what; everybody everything unless set. */
  public MeshServerBuilder authorizer(Authorizer judge) {
    authorizer = Objects.requireNonNull(judge, "judge");
    return this;
  }

  /**
   * How long the server's loop keeps looking for work after its last before it sleeps; zero unless set. A
   * loop that is awake need not be woken: where one caller waits at a time that halves its wait. It takes a
   * processor for as long after each piece of work, which others lack where there are many callers and few
   * processors. docs/PERFORMANCE.md has figures.
   *
   * @param span from 0 to 1 s; 20 to 50 microseconds make sense
   */
  public MeshServerBuilder spin(Duration span) {
    spinNs = Checks.spinNs(span);
    return this;
  }

  /**
   * Threads that read from and write to connections. Unless set there is none, and the server's loop does
   * it itself, which is fastest: a message has nobody to wake then. Threads of their own pay where there are
   * processors to spare and the loop fills one. With CURVE there is one at least, which encrypts.
   *
   * @param threads from 0 to 64
   */
  public MeshServerBuilder ioThreads(int threads) {
    ioThreads = Checks.ioThreads(threads);
    return this;
  }

  /** A name for people; clients see it. At most 255 bytes of UTF-8. */
  public MeshServerBuilder name(String text) {
    name = Checks.name(text);
    return this;
  }

  /** How many handlers may run at once; 64 unless set. */
  public MeshServerBuilder workers(int count) {
    bounds.workers = Checks.atLeast("workers", count, 1);
    return this;
  }

  /**
   * Lets the server find out, within these bounds, how many handlers may run at once, by how long they
   * take: while that is usual the number grows, while it is half as much again or more it shrinks. It
   * takes the place of {@link #workers}. For handlers that wait for somebody else, such as a
   * database; off unless set. 20 and 200 are good bounds to begin with.
   *
   * @param concurrencyMin where it begins, at least 1
   * @param concurrencyMax at least {@code concurrencyMin}; a given {@link #executor} must have as many
   *     threads
   */
  public MeshServerBuilder adaptiveConcurrency(int concurrencyMin, int concurrencyMax) {
    bounds.concurrencyMin = Checks.atLeast("concurrencyMin", concurrencyMin, 1);
    bounds.concurrencyMax = Checks.atLeast("concurrencyMax", concurrencyMax, concurrencyMin);
    return this;
  }

  /**
   * Where handlers run; virtual threads (Java 21) or a pool unless set, and the loop's thread for those
   * that are {@linkplain #quickHandlers quick}. A call that it rejects goes back to its client as not
   * executed. It is not shut down with the server.
   */
  public MeshServerBuilder executor(Executor handlers) {
    executor = Objects.requireNonNull(handlers, "handlers");
    return this;
  }

  /** How many requests may wait; 10,000 unless set. */
  public MeshServerBuilder queueCountMax(int count) {
    bounds.queueCountMax = Checks.atLeast("queueCountMax", count, 0);
    return this;
  }

  /** How many requests of one method may wait; 10,000 unless set. */
  public MeshServerBuilder queueCountPerMethodMax(int count) {
    bounds.queueCountPerMethodMax = Checks.atLeast("queueCountPerMethodMax", count, 0);
    return this;
  }

  /** How many bytes of payload and metadata may wait; 64 MiB unless set. */
  public MeshServerBuilder queueBytesMax(long bytes) {
    bounds.queueBytesMax = Checks.atLeast("queueBytesMax", bytes, 0);
    return this;
  }

  /**
   * How many clients may be known; 10,000 unless set. One that has gone is known for {@link
   * #sessionIdle}, and as long as an answer to it is remembered.
   */
  public MeshServerBuilder clientsMax(int count) {
    bounds.clientsMax = Checks.atLeast("clientsMax", count, 1);
    return this;
  }

  /**
   * How many connections there may be, whoever is behind them; 10,000 unless set, or as many as have
   * room for their buffers in half of the memory. Each takes a file descriptor and 32 KiB. A
   * connection beyond that is closed at once.
   */
  public MeshServerBuilder connectionsMax(int count) {
    bounds.connectionsMax = Checks.atLeast("connectionsMax", count, 1);
    return this;
  }

  /** How many connections there may be from one address; 2,500 unless set. */
  public MeshServerBuilder connectionsPerAddressMax(int count) {
    bounds.connectionsPerAddressMax = Checks.atLeast("connectionsPerAddressMax", count, 1);
    return this;
  }

  /**
   * How long a connection may be there before its first frame has come, to the second; 30 s unless
   * set, 1 s at least. Later it may be silent for {@link #sessionIdle} and 30 s more.
   */
  public MeshServerBuilder firstWordWithin(Duration span) {
    bounds.firstWordNs = Checks.atLeast("firstWordWithin", span, Duration.ofSeconds(1));
    return this;
  }

  /**
   * How many bytes of answers may wait for a connection that does not read them; 128 MiB, or a
   * quarter of the heap if that is less, unless set. Beyond that it is closed; its client gets the answers to
   * what is remembered when it is back.
   */
  public MeshServerBuilder unreadBytesMax(long bytes) {
    bounds.unreadBytesMax = Checks.atLeast("unreadBytesMax", bytes, 1);
    return this;
  }

  /** The largest payload of a request, in bytes; 4 MiB unless set. Clients are told. */
  public MeshServerBuilder requestBytesMax(int bytes) {
    bounds.requestBytesMax = Checks.atLeast("requestBytesMax", bytes, 1);
    return this;
  }

  /** The largest payload of a reply, in bytes; 4 MiB unless set. */
  public MeshServerBuilder replyBytesMax(int bytes) {
    bounds.replyBytesMax = Checks.atLeast("replyBytesMax", bytes, 1);
    return this;
  }

  /** The most metadata of a request, in bytes of all keys and values; 8 KiB unless set. Clients are told. */
  public MeshServerBuilder metadataBytesMax(int bytes) {
    bounds.metadataBytesMax = Checks.atLeast("metadataBytesMax", bytes, 0);
    return this;
  }

  /**
   * How many answers are remembered for each client, in case it asks again; 1,024 unless set. A
   * repeat of a call that may have been forgotten is not run: its caller gets {@link
   * io.meshrpc.api.Execution#UNKNOWN}.
   */
  public MeshServerBuilder rememberedCountMax(int count) {
    bounds.rememberedCountMax = Checks.atLeast("rememberedCountMax", count, 0);
    return this;
  }

  /** How many bytes of answers are remembered for each client; 1 MiB unless set. A larger one is not. */
  public MeshServerBuilder rememberedBytesMax(long bytes) {
    bounds.rememberedBytesMax = Checks.atLeast("rememberedBytesMax", bytes, 0);
    return this;
  }

  /** How long an answer is remembered, to the second; 60 s unless set. */
  public MeshServerBuilder rememberedAge(Duration span) {
    bounds.rememberedAgeNs = Checks.atLeast("rememberedAge", span, Duration.ZERO);
    return this;
  }

  /**
   * How long a client may say nothing and have no work before its session ends, to the second; 60 s
   * unless set, and 31 s at least, for idle clients speak every 30 s.
   */
  public MeshServerBuilder sessionIdle(Duration span) {
    bounds.sessionIdleNs = Checks.atLeast("sessionIdle", span, SESSION_IDLE_MIN);
    return this;
  }

  /**
   * How long the oldest waiting request may wait for a whole {@link #codelInterval} before the server
   * takes it that there is more work than it can do, and sheds some; 5 ms unless set, but always as
   * long as handlers usually run. Zero for never: nothing is shed that has been let in.
   */
  public MeshServerBuilder codelTarget(Duration span) {
    bounds.codelTargetNs = Checks.atLeast("codelTarget", span, Duration.ZERO);
    return this;
  }

  /** How long work must have waited too long before that is an overload; 100 ms unless set, 1 ms at least. */
  public MeshServerBuilder codelInterval(Duration span) {
    bounds.codelIntervalNs = Checks.atLeast("codelInterval", span, Duration.ofMillis(1));
    return this;
  }

  /** How long {@link MeshServer#close} lets running handlers finish; 10 s unless set. */
  public MeshServerBuilder drainGrace(Duration span) {
    if (span.isNegative()) {
      throw new IllegalArgumentException("drainGrace: " + span + " (expected: >= 0)");
    }
    drainGrace = span;
    return this;
  }

  /** Who hears the news of this server. */
  public MeshServerBuilder listener(MeshListener ears) {
    listener = Objects.requireNonNull(ears, "ears");
    return this;
  }

  /** Adds an interceptor around handlers; the first added is the outermost. */
  public MeshServerBuilder intercept(ServerInterceptor interceptor) {
    interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
    return this;
  }

  /**
   * The server, which is not bound yet. What is changed here later is not for it.
   *
   * @throws IllegalStateException if {@link #bind} was not called, or if a method was declared short
   *     that no service has
   */
  public MeshServer build() {
    if (endpoint.isEmpty()) {
      throw new IllegalStateException("bind: nothing (expected: an endpoint such as tcp://*:7400)");
    }
    for (MethodDescriptor<?, ?> method : shortMethods) {
      ServiceDefinition service = services.get(method.service());
      if (service == null || !service.descriptor().methods().contains(method)) {
        throw new IllegalStateException(
            "shortHandlers: " + method + " (expected: a method of a service that is added)");
      }
    }
    return new MeshServer(this);
  }

  /** Binds a server as everything is set now. */
  Supplier<ServerNode> binding(ServerNode.Ears ears) {
    String nodeName = name;
    String at = endpoint;
    ServerLimits limits = bounds.limits();
    ConnectionLimits connections = bounds.connectionLimits();
    List<ServiceDescriptor> served =
        services.values().stream().map(ServiceDefinition::descriptor).toList();
    Threading threads = threading();
    Trust trust = new Trust(security, authorizer == null ? null : new SafeAuthorizer(authorizer));
    SecureRandom random = new SecureRandom(); // session numbers must not be guessed
    return () ->
        ServerNode.bind(nodeName, at, limits, connections, served, random, threads, trust, ears);
  }

  Threading threading() {
    return Threading.of(spinNs, ioThreads, security);
  }

  /** What to warn of once a server is bound somewhere; empty if nothing. */
  UnaryOperator<String> exposure() {
    return security != null || insecure ? bound -> "" : Exposure::warning;
  }
}
