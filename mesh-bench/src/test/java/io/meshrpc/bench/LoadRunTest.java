package io.meshrpc.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What a run counts is of its calls. */
class LoadRunTest {
  private static final int THREADS = 64;

  @Test
  void bytesOfTheHarnessAreNotCountedAsThoseOfCalls() throws Exception {
    Load load = new Load(Load.Mode.LATENCY, 16, THREADS, THREADS, 0);
    try (LoadRun run = new LoadRun(new Idle(), load)) {
      run.run(TimeUnit.MILLISECONDS.toNanos(50)); // loads classes, starts threads

      RunResult result = run.run(TimeUnit.MILLISECONDS.toNanos(50));

      assertThat(result.errors()).isZero();
      assertThat(result.used().allocatedBytes()).isLessThan(2 << 20);
    }
  }

  /** Calls that take time and no memory. */
  private static final class Idle implements BenchClient {
    @Override
    public BlockingCaller caller() {
      return () -> LockSupport.parkNanos(1_000_000);
    }

    @Override
    public Pipeline pipeline(int size) {
      return call -> call.ended(null);
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
