package io.meshrpc.testkit;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallInterceptor;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.edge.CallTerms;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.SpeedWeightedProbing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What may be set for a {@link TestClient}; the names and defaults are those of a live client. */
public final class ClientSettings {
  final List<CallInterceptor> interceptors = new ArrayList<>();
  private final Map<MethodDescriptor<?, ?>, RetryPolicy> retryByMethod = new HashMap<>();
  private final Map<MethodDescriptor<?, ?>, HedgePolicy> hedgeByMethod = new HashMap<>();
  private Duration defaultDeadline = Duration.ofSeconds(10);
  private RetryPolicy retry = RetryPolicy.DEFAULT;
  Supplier<? extends LoadBalancer> balancer = SpeedWeightedProbing::new;
  LivenessSettings liveness = LivenessSettings.DEFAULTS;
  AttemptInterceptor attempts = AttemptInterceptor.NONE;
  MeshListener listener = MeshListener.NONE;

  @Nullable
  List<TestServer> servers; // null: all

  ClientSettings() {}

  /** Connects to these servers only; to all of the mesh, whenever they are added, unless set. */
  public ClientSettings connect(TestServer... some) {
    servers = List.of(some);
    return this;
  }

  /** The deadline of calls that name none. */
  public ClientSettings defaultDeadline(Duration span) {
    defaultDeadline = Spans.positive("defaultDeadline", span);
    return this;
  }

  /** When calls are tried again. */
  public ClientSettings retry(RetryPolicy policy) {
    retry = Objects.requireNonNull(policy, "policy");
    return this;
  }

  /** When calls of one method are tried again. */
  public ClientSettings retry(MethodDescriptor<?, ?> method, RetryPolicy policy) {
    Objects.requireNonNull(method, "method");
    retryByMethod.put(method, Objects.requireNonNull(policy, "policy"));
    return this;
  }

  /** When calls of one method that take long are sent to a second server as well. */
  public ClientSettings hedge(MethodDescriptor<?, ?> method, HedgePolicy policy) {
    Objects.requireNonNull(method, "method");
    hedgeByMethod.put(method, Objects.requireNonNull(policy, "policy"));
    return this;
  }

  /** Who chooses servers; asked for one whenever a process of the client starts. */
  public ClientSettings loadBalancer(Supplier<? extends LoadBalancer> chooser) {
    balancer = Objects.requireNonNull(chooser, "chooser");
    return this;
  }

  /** When servers count as doubtful, gone and back. */
  public ClientSettings liveness(LivenessSettings settings) {
    liveness = Objects.requireNonNull(settings, "settings");
    return this;
  }

  /** Who hears the news of this client. */
  public ClientSettings listener(MeshListener ears) {
    listener = Objects.requireNonNull(ears, "ears");
    return this;
  }

  /** Adds an interceptor around calls; the first added is the outermost. */
  public ClientSettings intercept(CallInterceptor interceptor) {
    interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
    return this;
  }

  /** Sees every attempt. */
  public ClientSettings interceptAttempts(AttemptInterceptor interceptor) {
    attempts = Objects.requireNonNull(interceptor, "interceptor");
    return this;
  }

  CallTerms terms() {
    return new CallTerms(defaultDeadline, retry, retryByMethod, hedgeByMethod);
  }
}
