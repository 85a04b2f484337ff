package io.meshrpc.testkit;

import io.meshrpc.api.ServerInterceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What may be set for a {@link TestServer}; the names and defaults are those of a live server. */
public final class ServerSettings {
  final List<ServerInterceptor> interceptors = new ArrayList<>();
  int workers = 64;
  int queueCountMax = 10_000;
  int rememberedCountMax = 1_024;
  long drainGraceNs = Duration.ofSeconds(10).toNanos();

  ServerSettings() {}

  /** How many handlers may run at once; at least 1. */
  public ServerSettings workers(int count) {
    workers = Spans.atLeast("workers", count, 1);
    return this;
  }

  /** How many requests may wait. */
  public ServerSettings queueCountMax(int count) {
    queueCountMax = Spans.atLeast("queueCountMax", count, 0);
    return this;
  }

  /** How many answers are remembered for each client, in case it asks again. */
  public ServerSettings rememberedCountMax(int count) {
    rememberedCountMax = Spans.atLeast("rememberedCountMax", count, 0);
    return this;
  }

  /** How long {@link TestServer#drain()} lets running handlers finish. */
  public ServerSettings drainGrace(Duration span) {
    drainGraceNs = Spans.nanos("drainGrace", span);
    return this;
  }

  /** Adds an interceptor around handlers; the first added is the outermost. */
  public ServerSettings intercept(ServerInterceptor interceptor) {
    interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
    return this;
  }
}
