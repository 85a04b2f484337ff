package io.meshrpc.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** The window keeps its size, ends what it began, and counts what failed. */
class WindowTest {
  private final Tally tally = new Tally();

  @Test
  void neverHasMoreInFlightThanItsSizeAndFillsIt() throws Exception {
    Queue<InFlight> waiting = new ArrayDeque<>();
    AtomicInteger most = new AtomicInteger();
    Pipeline socket = new Pipeline() {
      @Override
      public void start(InFlight call) {
        waiting.add(call);
        most.accumulateAndGet(waiting.size(), Math::max);
      }

      @Override
      public boolean progress() {
        waiting.remove().ended(null);
        return true;
      }
    };

    new Window(8, socket, tally).run(Pace.closed(soon()));

    assertThat(most).hasValue(8);
    assertThat(waiting).isEmpty();
    assertThat(tally.successes()).isPositive();
  }

  @Test
  void waitsForCallsThatEndOnOtherThreads() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    AtomicInteger started = new AtomicInteger();
    try {
      Pipeline futures = call -> {
        started.incrementAndGet();
        other.execute(() -> call.ended(16, 16));
      };
      new Window(3, futures, tally).run(Pace.closed(soon()));
    } finally {
      other.shutdownNow();
    }

    assertThat(tally.successes()).isEqualTo(started.get());
    assertThat(tally.errors()).isZero();
  }

  @Test
  void oneOfSoManyIsTimedAndAllAreCounted() throws Exception {
    AtomicInteger started = new AtomicInteger();
    Pipeline atOnce = call -> {
      started.incrementAndGet();
      call.ended(null);
    };

    new Window(3, atOnce, tally).run(Pace.closed(soon(), 5));

    Histogram spans = new Histogram(Tally.SPAN_MAX_NS, Tally.DIGITS);
    tally.addTo(spans);
    assertThat(tally.successes()).isEqualTo(started.get());
    assertThat(spans.getTotalCount()).isEqualTo(started.get() / 5);
  }

  @Test
  void countsFailuresAndEchoesOfAnotherLength() throws Exception {
    AtomicInteger started = new AtomicInteger();
    Pipeline broken = call -> {
      if (started.incrementAndGet() % 2 == 0) {
        throw new IllegalStateException("not today");
      }
      call.ended(15, 16);
    };

    new Window(1, broken, tally).run(Pace.closed(soon()));

    assertThat(tally.successes()).isZero();
    assertThat(tally.errors()).isEqualTo(started.get());
    assertThat(tally.firstError()).contains("echo: 15 bytes (expected: 16)");
  }

  @Test
  void anOpenLoopStartsWhenItMeantToWhateverTheAnswers() {
    long beginNs = System.nanoTime() - TimeUnit.SECONDS.toNanos(1); // late already
    Pace pace = Pace.open(beginNs, beginNs + 35, 10);

    assertThat(pace.next()).isEqualTo(beginNs);
    assertThat(pace.next()).isEqualTo(beginNs + 10);
    assertThat(pace.next()).isEqualTo(beginNs + 20);
    assertThat(pace.next()).isEqualTo(beginNs + 30);
    assertThat(pace.next()).isEqualTo(Pace.OVER);
  }

  private static long soon() {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
  }
}
