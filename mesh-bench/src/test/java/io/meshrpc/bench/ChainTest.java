package io.meshrpc.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** Calls follow each other where they end, and as many as were asked for are in flight. */
class ChainTest {
  private static final int SIZE = 8;
  private final Tally tally = new Tally();

  @Test
  void aCallThatEndsIsFollowedByAnotherOnTheSameThread() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    AtomicInteger byIssuer = new AtomicInteger();
    AtomicInteger byOther = new AtomicInteger();
    Thread issuer = Thread.currentThread();
    try {
      Pipeline futures = call -> {
        (Thread.currentThread() == issuer ? byIssuer : byOther).incrementAndGet();
        other.execute(() -> call.ended(16, 16));
      };
      new Chain(SIZE, futures, tally, Pace.closed(soon())).run();
    } finally {
      other.shutdownNow();
    }

    assertThat(byIssuer).hasValue(SIZE);
    assertThat(byOther).hasPositiveValue();
    assertThat(tally.successes()).isEqualTo(SIZE + byOther.get());
    assertThat(tally.errors()).isZero();
  }

  @Test
  void keepsThatManyInFlightWhereTheIssuerReads() throws Exception {
    Socket socket = new Socket();

    new Chain(SIZE, socket, tally, Pace.closed(soon())).run();

    assertThat(socket.leastAtFirst).isEqualTo(SIZE);
    assertThat(socket.waiting).isEmpty();
    assertThat(tally.successes()).isGreaterThan(SIZE).isEqualTo(socket.ended);
  }

  @Test
  void oneOfSoManyIsTimedOnEachLinkAndAllAreCounted() throws Exception {
    Socket socket = new Socket();

    new Chain(SIZE, socket, tally, Pace.closed(soon(), 5)).run();

    Histogram spans = new Histogram(Tally.SPAN_MAX_NS, Tally.DIGITS);
    tally.addTo(spans);
    assertThat(tally.successes()).isEqualTo(socket.ended);
    assertThat(spans.getTotalCount()).isCloseTo(socket.ended / 5, within(2L * SIZE));
  }

  /** Ends one call each time that the issuer reads. */
  private static final class Socket implements Pipeline {
    final Queue<InFlight> waiting = new ArrayDeque<>();
    int leastAtFirst = SIZE;
    int ended;

    @Override
    public void start(InFlight call) {
      waiting.add(call);
    }

    @Override
    public boolean progress() {
      if (ended++ < SIZE) {
        leastAtFirst = Math.min(leastAtFirst, waiting.size());
      }
      waiting.remove().ended(null);
      return true;
    }
  }

  @Test
  void callsThatFailAtOnceDoNotPileUpOnOneStack() throws Exception {
    AtomicInteger started = new AtomicInteger();
    AtomicInteger deepest = new AtomicInteger();
    Pipeline broken = call -> {
      deepest.accumulateAndGet(new Throwable().getStackTrace().length, Math::max);
      if (started.incrementAndGet() % 2 == 0) {
        throw new IllegalStateException("not today");
      }
      call.ended(15, 16);
    };

    new Chain(1, broken, tally, Pace.closed(soon())).run();

    assertThat(tally.successes()).isZero();
    assertThat(started).hasValueGreaterThan(1);
    assertThat(deepest).hasValueLessThan(new Throwable().getStackTrace().length + 10);
    assertThat(tally.errors()).isEqualTo(started.get());
  }

  private static long soon() {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
  }
}
