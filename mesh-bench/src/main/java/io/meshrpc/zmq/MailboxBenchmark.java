package io.meshrpc.zmq;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Handing over to a loop. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class MailboxBenchmark {
  /** A mailbox whose owner is the caller itself. */
  @State(Scope.Thread)
  public static class Own {
    final Mailbox<Object> mailbox = new Mailbox<>(() -> {});
    final Object mail = new Object();
    Object opened = mail;
    final Consumer<Object> opener = mail -> opened = mail;
  }

  /** A mailbox whose owner is another thread, which sleeps when there is no mail, or never. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // JMH calls the set-up
  public static class Loop {
    /** Whether the owner sleeps. */
    @Param({"true", "false"})
    public boolean sleeps;

    Mailbox<Letter> mailbox;
    private Thread owner;
    private volatile boolean stopped;

    /** Starts the owner. */
    @Setup(Level.Iteration)
    public void start() {
      stopped = false;
      owner = new Thread(this::run, "mailbox-owner");
      owner.setDaemon(true);
      mailbox = new Mailbox<>(() -> LockSupport.unpark(owner));
      owner.start();
    }

    /** Ends the owner. */
    @TearDown(Level.Iteration)
    public void stop() throws InterruptedException {
      stopped = true;
      LockSupport.unpark(owner);
      owner.join();
    }

    private void run() {
      while (!stopped) {
        if (mailbox.open(128, letter -> letter.taken = true) > 0) {
          continue;
        }
        if (!sleeps) {
          Thread.onSpinWait();
        } else if (mailbox.prepareToSleep()) {
          LockSupport.parkNanos(this, 10_000_000);
          mailbox.awake();
        }
      }
    }
  }

  /** What is handed over. */
  static final class Letter {
    volatile boolean taken;
  }

  /** In and out in one thread: what it costs when nobody sleeps and nobody competes. */
  @Benchmark
  public int offerAndOpen(Own own) {
    own.mailbox.offer(own.mail);
    return own.mailbox.open(1, own.opener);
  }

  /** Until the other thread has it. The sender spins, so that it needs a processor for each. */
  @Benchmark
  public void untilTaken(Loop loop) {
    Letter letter = new Letter();
    loop.mailbox.offer(letter);
    while (!letter.taken) {
      Thread.onSpinWait();
    }
  }
}
