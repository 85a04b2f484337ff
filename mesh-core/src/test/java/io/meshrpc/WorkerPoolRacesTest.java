package io.meshrpc;

import static io.meshrpc.Races.atOnce;
import static io.meshrpc.Races.check;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No task of a {@link WorkerPool} is forgotten, whatever comes together. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // what is forgotten hangs
class WorkerPoolRacesTest {
  private static final long FOREVER_NS = Long.MAX_VALUE / 2;
  private static final long AT_ONCE_NS = 1;

  private static void playWith(int threads, long keepNs) {
    Races.play(() -> {
      WorkerPool pool = new WorkerPool(threads, keepNs, Thread::new);
      AtomicInteger ran = new AtomicInteger();
      atOnce(
          () -> {
            pool.execute(ran::incrementAndGet);
            pool.execute(ran::incrementAndGet);
          },
          () -> pool.execute(ran::incrementAndGet));
      awaitAll(ran, 3);
      pool.execute(ran::incrementAndGet);
      awaitAll(ran, 4);
      pool.close();
      check(ran.get() == 4, "tasks that ran: " + ran);
    });
  }

  private static void awaitAll(AtomicInteger ran, int count) {
    while (ran.get() < count) {
      Thread.yield(); // the workers may need the processor
    }
  }

  @Test
  void allTasksRunIfThreadsStay() {
    playWith(2, FOREVER_NS);
  }

  @Test
  void allTasksRunIfThereIsOneThread() {
    playWith(1, FOREVER_NS);
  }

  @Test
  void allTasksRunIfThreadsEndAsSoonAsTheyAreIdle() {
    playWith(2, AT_ONCE_NS);
  }

  @Test
  void aTaskThatComesWithTheEndRunsOrIsRejected() {
    Races.play(() -> {
      WorkerPool pool = new WorkerPool(2, FOREVER_NS, Thread::new);
      AtomicInteger ran = new AtomicInteger();
      AtomicInteger taken = new AtomicInteger();
      pool.execute(ran::incrementAndGet);
      atOnce(
          () -> {
            try {
              pool.execute(ran::incrementAndGet);
              taken.incrementAndGet();
            } catch (RejectedExecutionException e) {
              // it came too late
            }
          },
          pool::close);
      awaitAll(ran, 1 + taken.get());
    });
  }
}
