package io.meshrpc;

import io.meshrpc.api.MeshListener;
import io.meshrpc.api.ServerInterceptor;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.core.ServerLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link MeshServer} needs: where it is bound and what it serves. */
public final class MeshServerBuilder {
  private static final ServerLimits DEFAULTS = ServerLimits.DEFAULTS;

  final Map<String, ServiceDefinition> services = new LinkedHashMap<>();
  final Map<String, Executor> executors = new LinkedHashMap<>();
  final List<ServerInterceptor> interceptors = new ArrayList<>();
  String endpoint = "";
  String name = "";
  Duration drainGrace = Duration.ofSeconds(10);
  MeshListener listener = MeshListener.NONE;

  @Nullable
  Executor executor;

  int workers = DEFAULTS.workers();
  private int queueCountMax = DEFAULTS.queueCountMax();
  private long queueBytesMax = DEFAULTS.queueBytesMax();
  private int queueCountPerMethodMax = DEFAULTS.queueCountPerMethodMax();
  private int clientsMax = DEFAULTS.clientsMax();
  private int requestBytesMax = DEFAULTS.requestBytesMax();
  private int replyBytesMax = DEFAULTS.replyBytesMax();

  MeshServerBuilder() {}

  /** Where to listen: {@code tcp://*:7400}, or {@code tcp://127.0.0.1:*} for any free port. */
  public MeshServerBuilder bind(String address) {
    Endpoints.checkBind(address);
    endpoint = address;
    return this;
  }

  /** Serves a service. */
  public MeshServerBuilder addService(ServiceDefinition service) {
    String key = service.descriptor().name();
    if (services.putIfAbsent(key, service) != null) {
      throw new IllegalArgumentException("service: " + key + " (expected: each service once)");
    }
    return this;
  }

  /** Serves a service with handlers on an executor of its own. */
  public MeshServerBuilder addService(ServiceDefinition service, Executor own) {
    addService(service);
    executors.put(service.descriptor().name(), Objects.requireNonNull(own, "own"));
    return this;
  }

  /** A name for people; clients see it. At most 255 bytes in UTF-8. */
  public MeshServerBuilder name(String text) {
    name = Checks.name(text);
    return this;
  }

  /** How many handlers may run at once; 64 unless set. */
  public MeshServerBuilder workers(int count) {
    workers = Checks.atLeast("workers", count, 1);
    return this;
  }

  /**
   * Where handlers run; virtual threads (Java 21) or a pool unless set. A call that it rejects goes
   * back to its client as not executed. It is not shut down with the server.
   */
  public MeshServerBuilder executor(Executor handlers) {
    executor = Objects.requireNonNull(handlers, "handlers");
    return this;
  }

  /** How many requests may wait; 10,000 unless set. */
  public MeshServerBuilder queueCountMax(int count) {
    queueCountMax = Checks.atLeast("queueCountMax", count, 0);
    return this;
  }

  /** How many requests of one method may wait; 10,000 unless set. */
  public MeshServerBuilder queueCountPerMethodMax(int count) {
    queueCountPerMethodMax = Checks.atLeast("queueCountPerMethodMax", count, 0);
    return this;
  }

  /** How many bytes of payload may wait; 64 MiB unless set. */
  public MeshServerBuilder queueBytesMax(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("queueBytesMax: " + bytes + " (expected: >= 0)");
    }
    queueBytesMax = bytes;
    return this;
  }

  /** How many clients may be connected; 10,000 unless set. */
  public MeshServerBuilder clientsMax(int count) {
    clientsMax = Checks.atLeast("clientsMax", count, 1);
    return this;
  }

  /** The largest payload of a request, in bytes; 4 MiB unless set. Clients are told. */
  public MeshServerBuilder requestBytesMax(int bytes) {
    requestBytesMax = Checks.atLeast("requestBytesMax", bytes, 1);
    return this;
  }

  /** The largest payload of a reply, in bytes; 4 MiB unless set. */
  public MeshServerBuilder replyBytesMax(int bytes) {
    replyBytesMax = Checks.atLeast("replyBytesMax", bytes, 1);
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
   * The server, which is not bound yet.
   *
   * @throws IllegalStateException if {@link #bind} was not called
   */
  public MeshServer build() {
    if (endpoint.isEmpty()) {
      throw new IllegalStateException("bind: nothing (expected: an endpoint such as tcp://*:7400)");
    }
    return new MeshServer(this);
  }

  ServerLimits limits() {
    return new ServerLimits(
        workers,
        queueCountMax,
        queueBytesMax,
        queueCountPerMethodMax,
        clientsMax,
        requestBytesMax,
        replyBytesMax,
        DEFAULTS.metadataBytesMax(),
        DEFAULTS.rememberedCountMax(),
        DEFAULTS.rememberedBytesMax(),
        DEFAULTS.rememberedAgeNs(),
        DEFAULTS.sessionIdleNs());
  }
}
