package io.meshrpc.testkit;

import io.meshrpc.api.MethodDescriptor;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * The next calls whose handlers a server is about to run, and what becomes of them. Nothing is said
 * before one of the last three methods is called. Rules are asked in the order in which they were made,
 * and each call is counted by the first that is about it; how long calls take is counted apart.
 */
public final class NextCalls {
  /** When the process dies. */
  enum Kill {
    BEFORE,
    AFTER
  }

  private final Rules<Kill> kills;
  private final Rules<Long> spansNs;
  private final int times;
  private final Predicate<MethodDescriptor<?, ?>> which;

  NextCalls(
      Rules<Kill> kills, Rules<Long> spansNs, int times, Predicate<MethodDescriptor<?, ?>> which) {
    this.kills = kills;
    this.spansNs = spansNs;
    this.times = times;
    this.which = which;
  }

  /** Only those of this method, which is to be one of the server's. */
  public NextCalls of(MethodDescriptor<?, ?> method) {
    return matching(kills.known(method)::equals);
  }

  /** Only those of methods that fit; together with what was said before. */
  public NextCalls matching(Predicate<MethodDescriptor<?, ?>> methods) {
    return new NextCalls(kills, spansNs, times, which.and(methods));
  }

  /** The process dies when it is about to run the handler, which does not run. */
  public void killBeforeExecution() {
    kills.add(times, which, Kill.BEFORE);
  }

  /**
   * The handler runs, and the process dies when it has ended, before its answer leaves. As with any
   * crash, connections are reset and nobody listens until {@link TestServer#start}.
   */
  public void killAfterExecution() {
    kills.add(times, which, Kill.AFTER);
  }

  /** They take so long; goes before {@link TestServer#takes(MethodDescriptor, Duration)}. */
  public void take(Duration span) {
    spansNs.add(times, which, Spans.nanos("take", span));
  }
}
