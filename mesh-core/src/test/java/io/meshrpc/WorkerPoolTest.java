package io.meshrpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerPoolTest {
  private static final long KEEP_NS = 50_000_000;

  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
  private final AtomicBoolean noMoreThreads = new AtomicBoolean();
  private final Semaphore hang = new Semaphore(0);
  private WorkerPool pool = poolOf(4);

  private WorkerPool poolOf(int threadsMax) {
    return new WorkerPool(threadsMax, KEEP_NS, task -> {
      if (noMoreThreads.get()) {
        throw new OutOfMemoryError("no more threads, says the test");
      }
      Thread thread = new Thread(task);
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler((which, e) -> uncaught.add(e));
      threads.add(thread);
      return thread;
    });
  }

  @AfterEach
  void end() throws InterruptedException {
    hang.release(1000);
    pool.close();
    for (Thread thread : threads) {
      thread.join(10_000);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  @Test
  void everyTaskRunsOnceWhoeverHandsItOver() throws InterruptedException {
    int producers = 4;
    int each = 20_000;
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(producers * each);
    for (int p = 0; p < producers; p++) {
      Thread producer = new Thread(() -> {
        for (int i = 0; i < each; i++) {
          pool.execute(() -> {
            runs.incrementAndGet();
            done.countDown();
          });
        }
      });
      producer.start();
      threads.add(producer);
    }

    assertThat(done.await(50, TimeUnit.SECONDS)).isTrue();
    assertThat(runs).hasValue(producers * each);
  }

  @Test
  void noTaskIsLeftBehindThoughTheThreadsGoToSleepBetweenAnyTwo() throws InterruptedException {
    for (int i = 0; i < 5_000; i++) {
      CountDownLatch done = new CountDownLatch(2);
      pool.execute(done::countDown);
      pool.execute(done::countDown);
      assertThat(done.await(20, TimeUnit.SECONDS)).as("round %d", i).isTrue();
    }
  }

  @Test
  void tasksThatWaitForEachOtherGetAllTheThreads() throws Exception {
    CyclicBarrier all = new CyclicBarrier(5);
    for (int i = 0; i < 4; i++) {
      pool.execute(() -> meet(all));
    }

    all.await(20, TimeUnit.SECONDS);
    assertThat(threads).hasSize(4);
  }

  @Test
  void aTaskThatHangsHoldsUpNobody() throws InterruptedException {
    pool.execute(hang::acquireUninterruptibly);
    CountDownLatch done = new CountDownLatch(1000);
    for (int i = 0; i < 1000; i++) {
      pool.execute(done::countDown);
    }

    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    hang.release();
  }

  @Test
  void thereAreNeverMoreThreadsThanAllowed() throws InterruptedException {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(2000);
    for (int i = 0; i < 2000; i++) {
      pool.execute(() -> {
        most.accumulateAndGet(running.incrementAndGet(), Math::max);
        Thread.onSpinWait();
        running.decrementAndGet();
        done.countDown();
      });
    }

    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(most.get()).isBetween(1, 4);
  }

  @Test
  void aTaskThatThrowsIsToldOfAndTheOthersGoOn() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    StackOverflowError error = new StackOverflowError("says the test");
    pool = poolOf(1);
    pool.execute(() -> {
      throw error;
    });
    pool.execute(done::countDown);

    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(uncaught).containsExactly(error);
  }

  @Test
  void anInterruptDoesNotReachTheNextTask() throws InterruptedException {
    pool = poolOf(1);
    AtomicBoolean interrupted = new AtomicBoolean(true);
    CountDownLatch done = new CountDownLatch(1);
    pool.execute(() -> Thread.currentThread().interrupt());
    pool.execute(() -> {
      interrupted.set(Thread.currentThread().isInterrupted());
      done.countDown();
    });

    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(interrupted).isFalse();
  }

  @Test
  void threadsWithoutWorkEndAndOthersComeWhenThereIsSome() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      CountDownLatch done = new CountDownLatch(1);
      pool.execute(done::countDown);
      assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> threads.stream().noneMatch(Thread::isAlive));
    }
  }

  @Test
  void aClosedOneTakesNoMoreButRunsWhatItHas() throws InterruptedException {
    pool = poolOf(1);
    CountDownLatch done = new CountDownLatch(10);
    pool.execute(hang::acquireUninterruptibly);
    for (int i = 0; i < 10; i++) {
      pool.execute(done::countDown);
    }
    pool.close();

    assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    hang.release();
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aTaskForWhichThereIsNoThreadNeverRuns() throws InterruptedException {
    AtomicInteger runs = new AtomicInteger();
    noMoreThreads.set(true);
    assertThatThrownBy(() -> pool.execute(runs::incrementAndGet))
        .isInstanceOf(OutOfMemoryError.class);

    noMoreThreads.set(false);
    CountDownLatch done = new CountDownLatch(1);
    pool.execute(done::countDown);
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(runs).hasValue(0);
  }

  @Test
  void manyTasksAtOnceAllRunAndGetAllTheThreads() throws Exception {
    CyclicBarrier all = new CyclicBarrier(5);
    List<Runnable> tasks = Collections.nCopies(8, () -> meet(all));
    pool.executeAll(tasks, (task, why) -> uncaught.add(why));

    all.await(20, TimeUnit.SECONDS);
    all.await(20, TimeUnit.SECONDS);
    assertThat(threads).hasSize(4);
    assertThat(uncaught).isEmpty();
  }

  @Test
  void aClosedOneRejectsEachOfMany() {
    List<Runnable> tasks = List.of(() -> hang.release(), () -> hang.release());
    List<Runnable> rejected = new CopyOnWriteArrayList<>();
    pool.close();
    pool.executeAll(tasks, (task, why) -> {
      assertThat(why).isInstanceOf(RejectedExecutionException.class);
      rejected.add(task);
    });

    assertThat(rejected).isEqualTo(tasks);
    assertThat(hang.availablePermits()).isZero();
  }

  @Test
  void noneOfManyRunsForWhichThereIsNoThread() throws InterruptedException {
    List<Runnable> tasks = List.of(() -> hang.release(), () -> hang.release());
    List<Runnable> rejected = new CopyOnWriteArrayList<>();
    noMoreThreads.set(true);
    pool.executeAll(tasks, (task, why) -> rejected.add(task));
    assertThat(rejected).isEqualTo(tasks);

    noMoreThreads.set(false);
    CountDownLatch done = new CountDownLatch(1);
    pool.execute(done::countDown);
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(hang.availablePermits()).isZero();
  }

  @Test
  void withoutMoreThreadsThoseThatAreThereDoTheWork() throws InterruptedException {
    pool.execute(hang::acquireUninterruptibly);
    await().until(() -> hang.hasQueuedThreads());
    noMoreThreads.set(true);
    CountDownLatch done = new CountDownLatch(1);
    pool.execute(done::countDown);

    hang.release();
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
  }

  private static void meet(CyclicBarrier all) {
    try {
      all.await(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
