package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.meshrpc.edge.Guest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop that lends its thread, and goes on whatever becomes of it. */
@Timeout(120)
class LendingTest {
  private final Host host = new Host();
  private final NodeLoop<Host> loop = new NodeLoop<>("lender", new Bell(), host, 0);

  /** Can be woken, and nothing else. */
  private static final class Bell extends StillTransport {
    private final Semaphore bell = new Semaphore(0);

    @Override
    public void await(long timeoutNs) {
      try {
        boolean unused = bell.tryAcquire(timeoutNs, TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) { // as JeroMQ would fail, too
        throw new AssertionError("the loop was interrupted", e);
      }
    }

    @Override
    public void wake() {
      bell.release();
    }
  }

  /** A node that has guests; whatever it is told must come from one thread at a time, the loop. */
  private final class Host implements Node<Host>, Guests {
    private final ConcurrentLinkedQueue<Guest> waiting = new ConcurrentLinkedQueue<>();
    private final List<String> story = Collections.synchronizedList(new ArrayList<>());
    private final AtomicBoolean busy = new AtomicBoolean();
    private final AtomicReference<@Nullable String> fault = new AtomicReference<>();
    private int steps; // owned by the loop
    private volatile int ends;
    private volatile boolean done;

    private void onLoop(Runnable step) {
      if (!loop.isHere()) {
        fault.set("not on the loop");
      }
      if (!busy.compareAndSet(false, true)) {
        fault.set("two loops");
      }
      steps++;
      step.run();
      busy.set(false);
    }

    @Override
    public Host engine() {
      return this;
    }

    @Override
    public void setNow(long nowNs) {
      onLoop(() -> {});
    }

    @Override
    public void tick(long nowNs) {
      onLoop(() -> {});
    }

    @Override
    public void flush(long nowNs) {
      onLoop(() -> {});
    }

    @Override
    public Guests guests() {
      return this;
    }

    @Override
    public @Nullable Guest next() {
      Guest[] next = new Guest[1];
      onLoop(() -> next[0] = waiting.poll());
      return next[0];
    }

    @Override
    public void onLeft(long tookNs, long nowNs) {
      onLoop(() -> story.add("left"));
    }

    @Override
    public void onStays(long nowNs) {
      onLoop(() -> story.add("stays"));
    }

    @Override
    public void onDeclined() {
      onLoop(() -> story.add("declined"));
    }

    @Override
    public boolean hasEnough() {
      return false;
    }

    @Override
    public long nextTick() {
      return Long.MAX_VALUE;
    }

    @Override
    public boolean isDone(long nowNs) {
      return done;
    }

    @Override
    public void abort(long nowNs) {
      ends++;
    }

    @Override
    public void onClosed() {}

    @Override
    public void onFrame(long route, byte[] frame) {}

    @Override
    public void onGone(long route) {}
  }

  private Guest guest(Runnable code) {
    return new Guest() {
      @Override
      public void run() {
        code.run();
      }

      @Override
      public void overstayed() {
        if (loop.isHere()) {
          host.fault.set("a thread that was the loop takes itself for it");
        }
        host.story.add("overstayed");
      }
    };
  }

  private void lendTo(Runnable code) {
    boolean unused = loop.post((engine, now) -> engine.waiting.add(guest(code)));
  }

  /** That the loop does something. */
  private void awaitTurn() {
    CountDownLatch turned = new CountDownLatch(1);
    boolean unused = loop.post((engine, now) -> turned.countDown());
    await().until(() -> turned.getCount() == 0);
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("lender"))
        .toList();
  }

  @AfterEach
  void itEndsAndLeavesNoThread() {
    boolean unused = loop.post((engine, now) -> engine.done = true);
    assertThat(loop.awaitEnd(TimeUnit.SECONDS.toNanos(20))).isTrue();
    await().untilAsserted(() -> assertThat(threads()).isEmpty());
    assertThat(host.fault.get()).isNull();
    assertThat(host.ends).isEqualTo(1);
  }

  @Test
  void aGuestThatIsQuickHasTheLoopsThreadAndLeavesIt() {
    loop.start();
    List<Thread> seen = Collections.synchronizedList(new ArrayList<>());
    boolean unused = loop.post((engine, now) -> seen.add(Thread.currentThread()));
    lendTo(() -> seen.add(Thread.currentThread()));
    lendTo(() -> seen.add(Thread.currentThread()));

    await().until(() -> host.story.size() == 2);

    assertThat(host.story).containsExactly("left", "left");
    assertThat(seen).hasSize(3).containsOnly(seen.get(0));
  }

  @Test
  void whileItIsLentTheThreadIsNotTheLoop() {
    loop.start();
    List<Boolean> seen = Collections.synchronizedList(new ArrayList<>());
    lendTo(() -> {
      seen.add(loop.isHere());
      seen.add(loop.isOurs());
      boolean unused = loop.post((engine, now) -> seen.add(loop.isHere()));
    });

    await().until(() -> seen.size() == 3);

    assertThat(seen).containsExactly(false, true, true);
    assertThat(loop.isOurs()).isFalse();
  }

  @Test
  void aGuestThatWaitsKeepsItsThreadAndTheLoopGoesOn() {
    loop.start();
    CountDownLatch never = new CountDownLatch(1);
    AtomicReference<Thread> kept = new AtomicReference<>();
    lendTo(() -> {
      kept.set(Thread.currentThread());
      uninterruptibly(never);
    });

    await().until(() -> host.story.contains("stays"));
    awaitTurn();
    assertThat(host.story).containsExactly("stays");
    assertThat(kept.get().isAlive()).isTrue();

    never.countDown();
    await().until(() -> host.story.contains("overstayed"));
    awaitTurn();
    assertThat(host.story).containsExactly("stays", "overstayed");
  }

  @Test
  void aGuestThatComputesForLongDoesToo() {
    loop.start();
    AtomicBoolean enough = new AtomicBoolean();
    lendTo(() -> {
      while (!enough.get()) {
        Thread.onSpinWait();
      }
    });

    await().until(() -> host.story.contains("stays"));
    awaitTurn();
    enough.set(true);
    await().until(() -> host.story.contains("overstayed"));
  }

  @Test
  void oneAfterTheOtherMayStayAndThoseBehindHaveTheirTurn() {
    loop.start();
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 5; i++) {
      lendTo(() -> uninterruptibly(never));
      lendTo(ran::incrementAndGet);
    }

    await().until(() -> ran.get() == 5);
    awaitTurn();
    assertThat(Collections.frequency(host.story, "stays")).isEqualTo(5);

    never.countDown();
    await().until(() -> Collections.frequency(host.story, "overstayed") == 5);
    lendTo(ran::incrementAndGet);
    await().until(() -> ran.get() == 6);
    await().until(() -> threads().size() <= 2); // the loop and its deputy
  }

  @Test
  void anInterruptReachesTheGuestOnceItsThreadIsNotTheLoops() {
    loop.start();
    AtomicReference<Thread> kept = new AtomicReference<>();
    AtomicBoolean interrupted = new AtomicBoolean();
    lendTo(() -> {
      kept.set(Thread.currentThread());
      Thread.currentThread().interrupt(); // as anybody might
      boolean early = Thread.currentThread().isInterrupted();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        interrupted.set(!early);
      }
    });

    await().untilTrue(interrupted);
    await().until(() -> host.story.contains("overstayed"));
    awaitTurn();
  }

  @Test
  void anInterruptOfAGuestThatLeavesIsForgotten() {
    loop.start();
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger interrupts = new AtomicInteger();
    lendTo(() -> Thread.currentThread().interrupt());
    lendTo(() -> {
      try {
        boolean unused = never.await(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupts.incrementAndGet();
      }
    });

    await().until(() -> host.story.contains("stays"));
    never.countDown();
    await().until(() -> host.story.contains("overstayed"));
    assertThat(interrupts).hasValue(0);
  }

  @Test
  void aGuestThatThrowsHarmsNobody() {
    loop.start();
    AtomicInteger ran = new AtomicInteger();
    lendTo(() -> {
      throw new AssertionError("thrown by a guest"); // to log that may take so long that it stays
    });
    lendTo(ran::incrementAndGet);

    await().until(() -> ran.get() == 1);
    awaitTurn();
  }

  @Test
  void aGuestThatStaysAndThrowsWhateverItIsToldDoesNotEndTheLoop() {
    loop.start();
    AtomicBoolean told = new AtomicBoolean();
    boolean unused = loop.post((engine, now) -> engine.waiting.add(new Guest() {
      @Override
      public void run() {
        LockSupport.parkNanos(50_000_000);
        throw new AssertionError("thrown by a guest");
      }

      @Override
      public void overstayed() {
        told.set(true);
        throw new AssertionError("thrown by a guest that stayed");
      }
    }));

    await().untilTrue(told);
    awaitTurn();
    assertThat(host.ends).isZero();
    assertThat(host.story).containsExactly("stays");
  }

  @Test
  void whereThereIsNobodyToTakeOverNothingIsLent() {
    loop.start();
    AtomicInteger tries = new AtomicInteger();
    Lending poor = new Lending("poor", () -> {}, () -> {}, thread -> {
      tries.incrementAndGet();
      throw new OutOfMemoryError("unable to create native thread");
    });

    assertThat(poor.canLend()).isFalse();
    assertThat(poor.canLend()).isFalse();
    assertThat(tries).hasValue(1); // and not again at once
  }

  @Test
  void theLoopEndsThoughAGuestStays() {
    loop.start();
    CountDownLatch never = new CountDownLatch(1);
    lendTo(() -> uninterruptibly(never));
    await().until(() -> host.story.contains("stays"));

    boolean unused = loop.post((engine, now) -> engine.done = true);
    assertThat(loop.awaitEnd(TimeUnit.SECONDS.toNanos(20))).isTrue();

    never.countDown();
  }

  /** With guests that take about as long as the deputy is patient. */
  @Test
  void thereIsOneLoopAtATimeWhateverGuestsDo() {
    loop.start();
    SplittableRandom random = new SplittableRandom(1);
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 400; i++) {
      long napNs = random.nextInt(10) == 0 ? random.nextLong(6_000_000) : 0;
      lendTo(() -> {
        if (napNs > 0) {
          LockSupport.parkNanos(napNs);
        }
        ran.incrementAndGet();
      });
      boolean unused = loop.post((engine, now) -> engine.onLoop(() -> {}));
    }

    await().until(() -> ran.get() == 400);
    awaitTurn();
    assertThat(host.story.stream().filter(what -> !what.equals("overstayed")).count())
        .isEqualTo(400);
  }

  private static void uninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      LockSupport.parkNanos(1_000_000_000L);
    }
  }
}
