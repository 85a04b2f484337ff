package io.meshrpc.core;

import io.meshrpc.wire.Numbered;
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

/** A call begins, is looked up and ends, while so many are open; those end in the order of their beginning. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up
public class SeqTableBenchmark {
  /** Calls that are open. */
  @Param({"1", "64", "1024", "10000"})
  public int open;

  private SeqTable<Call> table;
  private Call[] calls;
  private long next;

  private static final class Call implements Numbered {
    long seq;

    @Override
    public long seq() {
      return seq;
    }
  }

  /** Opens them. */
  @Setup
  public void fill() {
    table = new SeqTable<>();
    calls = new Call[open];
    for (int i = 0; i < open; i++) {
      calls[i] = new Call();
      calls[i].seq = ++next;
      table.add(calls[i]);
    }
  }

  /** The oldest ends, and begins anew as the newest. */
  @Benchmark
  public boolean turn() {
    Call oldest = calls[(int) (next % open)];
    boolean found = table.get(oldest.seq) == oldest;
    table.remove(oldest);
    oldest.seq = ++next;
    table.add(oldest);
    return found;
  }
}
