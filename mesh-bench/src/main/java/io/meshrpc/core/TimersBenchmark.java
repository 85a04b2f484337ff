package io.meshrpc.core;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Timers among many that stand. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up
public class TimersBenchmark {
  private static final long SPAN_NS = 10_000_000_000L;

  /** Timers that are set already. */
  @Param({"100", "10000"})
  public int standing;

  private Timers<Entry> timers;
  private final Entry entry = new Entry();
  private long nowNs;

  private static final class Entry extends Timers.Timed {}

  /** Sets those that stand. */
  @Setup
  public void fill() {
    timers = new Timers<>();
    SplittableRandom chance = new SplittableRandom(1);
    for (int i = 0; i < standing; i++) {
      timers.set(new Entry(), chance.nextLong(SPAN_NS));
    }
  }

  /** As a call that succeeds: its deadline is set and cancelled. */
  @Benchmark
  public void setAndCancel() {
    nowNs += 1000;
    timers.set(entry, nowNs + SPAN_NS);
    timers.cancel(entry);
  }

  /** As a ping: the first falls due and is set anew. */
  @Benchmark
  public long fallDueAndSetAnew() {
    nowNs = timers.nextDueNs();
    Entry due = timers.pollDue(nowNs);
    if (due != null) {
      timers.set(due, nowNs + SPAN_NS);
    }
    return nowNs;
  }
}
