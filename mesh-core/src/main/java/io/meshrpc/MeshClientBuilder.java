package io.meshrpc;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.core.ClientLimits;
import io.meshrpc.edge.CallTerms;
import io.meshrpc.edge.LoggedBalancer;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.SpeedWeightedProbing;
import io.meshrpc.security.CurveSecurity;
import io.meshrpc.security.MeshSecurity;
import io.meshrpc.zmq.Threading;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link MeshClient} needs. Everything but the servers has a default. */
public final class MeshClientBuilder {

  final List<String> endpoints = new ArrayList<>();
  final List<CallInterceptor> interceptors = new ArrayList<>();
  final Map<MethodDescriptor<?, ?>, RetryPolicy> retryByMethod = new HashMap<>();
  final Map<MethodDescriptor<?, ?>, HedgePolicy> hedgeByMethod = new HashMap<>();
  String name = "";
  long quickNs = Habit.QUICK_NS;
  Duration defaultDeadline = Duration.ofSeconds(10);
  RetryPolicy retry = RetryPolicy.DEFAULT;
  LivenessSettings liveness = LivenessSettings.DEFAULTS;
  MeshListener listener = MeshListener.NONE;
  AttemptInterceptor attemptInterceptor = AttemptInterceptor.NONE;

  @Nullable
  Executor callbackExecutor;

  @Nullable
  MeshSecurity security;

  private @Nullable LoadBalancer balancer; // null: one of the default kind for each client

  private long spinNs = Threading.DEFAULT.spinNs();
  private int ioThreads = Threading.DEFAULT.ioThreads();
  private int requestBytesMax = ClientLimits.DEFAULTS.requestBytesMax();
  private int replyBytesMax = ClientLimits.DEFAULTS.responseBytesMax();
  private int subsetAbove = ClientLimits.DEFAULTS.subsetAbove();
  private double subsetSpread = ClientLimits.DEFAULTS.subsetSpread();
  private double throttle = ClientLimits.DEFAULTS.throttleRatio();

  MeshClientBuilder() {}

  /**
   * Servers to connect to, such as {@code tcp://10.0.0.1:7400}; more may be added at run time.
   *
   * @throws IllegalArgumentException if one is not of the form {@code tcp://host:port}; then none is added
   */
  public MeshClientBuilder connect(String... servers) {
    for (String endpoint : servers) {
      Endpoints.checkConnect(endpoint);
    }
    Collections.addAll(endpoints, servers);
    return this;
  }

  /** A name for people; servers see it. At most 255 bytes of UTF-8. */
  public MeshClientBuilder name(String text) {
    name = Checks.name(text);
    return this;
  }

  /** The deadline of calls that name none; 10 s unless set. */
  public MeshClientBuilder defaultDeadline(Duration span) {
    if (span.isNegative() || span.isZero()) {
      throw new IllegalArgumentException("defaultDeadline: " + span + " (expected: > 0)");
    }
    defaultDeadline = span;
    return this;
  }

  /**
   * How the client proves who it is, and which servers it believes; unless set it speaks in the clear
   * with whoever answers. Servers need the same kind.
   *
   * @throws IllegalArgumentException if it is CURVE for servers
   */
  public MeshClientBuilder security(MeshSecurity kind) {
    if (kind instanceof CurveSecurity curve && curve.isServer()) {
      throw new IllegalArgumentException("security: " + kind + " (expected: CurveSecurity.client)");
    }
    security = Objects.requireNonNull(kind, "kind");
    return this;
  }

  /** When calls are tried again. */
  public MeshClientBuilder retry(RetryPolicy policy) {
    retry = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /** When calls of one method are tried again. */
  public MeshClientBuilder retry(MethodDescriptor<?, ?> method, RetryPolicy policy) {
    Objects.requireNonNull(method, "method");
    retryByMethod.put(method, Objects.requireNonNull(policy, "policy"));
    return this;
  }

  /**
   * When calls of one method that take long are sent to a second server as well; never unless set.
   * {@link #build} throws an {@link IllegalArgumentException} if the method may not run twice: it must be
   * idempotent, or its retry policy say {@link RetryPolicy.Repeat#AT_LEAST_ONCE}.
   */
  public MeshClientBuilder hedge(MethodDescriptor<?, ?> method, HedgePolicy policy) {
    Objects.requireNonNull(method, "method");
    hedgeByMethod.put(method, Objects.requireNonNull(policy, "policy"));
    return this;
  }

  /**
   * Who chooses servers; a {@link SpeedWeightedProbing} unless set. An instance serves one client: {@link
   * #build} of this or any other builder throws an {@link IllegalStateException} the second time, unless it is
   * a lambda.
   */
  public MeshClientBuilder loadBalancer(LoadBalancer chooser) {
    balancer = Objects.requireNonNull(chooser, "chooser");
    return this;
  }

  /** When servers count as doubtful, gone and back. */
  public MeshClientBuilder liveness(LivenessSettings settings) {
    liveness = Objects.requireNonNull(settings, "settings");
    return this;
  }

  /** Who hears the news of this client. */
  public MeshClientBuilder listener(MeshListener ears) {
    listener = Objects.requireNonNull(ears, "ears");
    return this;
  }

  /** Adds an interceptor around calls; the first added is the outermost. */
  public MeshClientBuilder intercept(CallInterceptor interceptor) {
    interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
    return this;
  }

  /** Sees every attempt; runs on the loop and must be short. There is one: it replaces the one before. */
  public MeshClientBuilder interceptAttempts(AttemptInterceptor interceptor) {
    attemptInterceptor = Objects.requireNonNull(interceptor, "interceptor");
    return this;
  }

  /**
   * Where futures complete and callbacks are called; four daemon threads of the client's own unless set, and its loop
   * while that is {@linkplain #quickCallbacks quick}. Callbacks that wait hold up the others there: give those an executor of their own. One that runs its tasks in the
   * calling thread makes callbacks run on the client's loop; they must be short, and not call with
   * {@link MeshClient#call}.
   */
  public MeshClientBuilder callbackExecutor(Executor executor) {
    callbackExecutor = Objects.requireNonNull(executor, "executor");
    return this;
  }

  /**
   * Callbacks, and futures with all that hangs on them, that usually take no longer than this are called and completed
   * in the thread of the client's loop, as long as it stays so: to wake another would take longer. If a callback
   * keeps the thread all the same, because it waits for something, the client stands still for 2 to 4 ms, or
   * for 20 to 24 ms if it computes; then another thread becomes the loop, and callbacks have threads of their own for
   * 10 s, and for twice as long each time. Not with a {@link #callbackExecutor}. 20 microseconds
   * unless set.
   *
   * @param usual from 0, which is never, to 1 ms
   */
  public MeshClientBuilder quickCallbacks(Duration usual) {
    quickNs = Checks.quickNs("quickCallbacks", usual);
    return this;
  }

  /**
   * How long the client's loop keeps looking for work after its last before it sleeps; zero unless set. A
   * loop that is awake need not be woken: where one caller waits at a time that halves its wait. It takes a
   * processor for as long after each piece of work, which others lack where there are many callers and few
   * processors. docs/PERFORMANCE.md has figures.
   *
   * @param span from 0 to 1 s; 20 to 50 microseconds make sense
   */
  public MeshClientBuilder spin(Duration span) {
    spinNs = Checks.spinNs(span);
    return this;
  }

  /**
   * Threads that read from and write to connections. Unless set there is none, and the client's loop does
   * it itself, which is fastest: a message has nobody to wake then. Threads of their own pay where there are
   * processors to spare and the loop fills one. With CURVE there is one at least, which encrypts.
   *
   * @param threads from 0 to 64
   */
  public MeshClientBuilder ioThreads(int threads) {
    ioThreads = Checks.ioThreads(threads);
    return this;
  }

  /** The largest payload of a request, in bytes; 4 MiB unless set. */
  public MeshClientBuilder requestBytesMax(int bytes) {
    requestBytesMax = Checks.atLeast("requestBytesMax", bytes, 1);
    return this;
  }

  /** The largest payload of a reply, in bytes; 4 MiB unless set. Servers are told. */
  public MeshClientBuilder replyBytesMax(int bytes) {
    replyBytesMax = Checks.atLeast("replyBytesMax", bytes, 1);
    return this;
  }

  /**
   * With more than {@code above} servers the client keeps connections to a subset of them only, as
   * {@link io.meshrpc.policy.Subset} chooses it for this client, so that not everybody is connected to
   * everybody; never unless set. Clients choose differently, each by chance, so this is for fleets with
   * many clients: few of them would leave servers without any. A server that leaves the subset, because
   * others came, ends what is under way there. {@link CallOptions#withServer} reaches the subset only.
   *
   * @param above at least 20, for no subset is smaller
   * @param spread the subset has this many times twice the root of the number of servers; more than 0
   */
  public MeshClientBuilder subset(int above, double spread) {
    if (!(spread > 0) || spread == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException("spread: " + spread + " (expected: > 0 and finite)");
    }
    subsetAbove = Checks.atLeast("above", above, 20);
    subsetSpread = spread;
    return this;
  }

  /**
   * Lets calls fail at once, with {@code RESOURCE_EXHAUSTED} and {@code NOT_SENT}, while servers refuse
   * most requests for want of room: such a share of them, at most nine in ten, that requests are no
   * more than so many times those that were accepted, over the last 30 s and for each service and
   * priority. Off unless set; 2 is a good ratio.
   *
   * @param ratio at least 1; 0 for off
   */
  public MeshClientBuilder throttle(double ratio) {
    if (!(ratio == 0 || ratio >= 1)) {
      throw new IllegalArgumentException("throttle: " + ratio + " (expected: 0 or >= 1)");
    }
    throttle = ratio;
    return this;
  }

  /** The client, which connects at once and in the background. */
  public MeshClient build() {
    LoadBalancer chooser = balancer();
    try {
      return new MeshClient(this, chooser);
    } catch (Throwable e) { // such as no more file descriptors; the next try may have it
      if (balancer != null) {
        BalancersInUse.giveBack(balancer);
      }
      throw e;
    }
  }

  Threading threading() {
    return Threading.of(spinNs, ioThreads, security);
  }

  CallTerms terms() {
    return new CallTerms(defaultDeadline, retry, retryByMethod, hedgeByMethod);
  }

  private LoadBalancer balancer() {
    LoadBalancer given = balancer;
    if (given == null) {
      return new SpeedWeightedProbing();
    }
    boolean isLambda = given.getClass().isHidden(); // which has no state, or says so
    if (!isLambda && !BalancersInUse.take(given)) {
      throw new IllegalStateException("loadBalancer: " + given.getClass().getName()
          + " (expected: one of its own for each client)");
    }
    return new LoggedBalancer(given);
  }

  ClientLimits limits() {
    return new ClientLimits(requestBytesMax, replyBytesMax, subsetAbove, subsetSpread, throttle);
  }

  RandomGenerator random() {
    return new SplittableRandom(new SecureRandom().nextLong());
  }
}
