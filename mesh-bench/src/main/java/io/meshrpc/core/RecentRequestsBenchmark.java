package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Response;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A server's memory of what it has answered one client. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RecentRequestsBenchmark {
  private static final int UNACKNOWLEDGED = 64;

  private final RecentRequests recent = new RecentRequests(ServerLimits.DEFAULTS, 0);
  private long seq;

  /** A client that acknowledges: asked whether it is known, remembered, forgotten by and by. */
  @Benchmark
  public boolean rememberAndAcknowledge() {
    seq++;
    boolean known = recent.response(seq) != null;
    recent.remember(answer(seq), seq);
    recent.acknowledge(seq - UNACKNOWLEDGED);
    return known;
  }

  /** A client that does not: the oldest is forgotten for each that comes. */
  @Benchmark
  public void rememberWhenFull() {
    seq++;
    recent.remember(answer(seq), seq);
  }

  private static Response answer(long seq) {
    return new Response(
        seq,
        1,
        Execution.EXECUTED,
        Code.OK,
        Reason.HANDLER,
        "",
        0,
        15,
        40,
        42,
        Metadata.EMPTY,
        new byte[16]);
  }
}
