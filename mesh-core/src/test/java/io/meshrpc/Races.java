package io.meshrpc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.Lincheck;

/**
 * Plays what threads do at the same time: some thousand times as it comes, or, with {@code -Praces},
 * in the orders that Lincheck chooses. Those are all different, but each story takes it seconds.
 */
public final class Races {
  private static final int TIMES = 1_000;
  private static final int ORDERS = Integer.getInteger("mesh.races", 0);

  private Races() {}

  /** A story with threads in it. It must make all that it uses. */
  public interface Story {
    void play() throws Throwable;
  }

  /** Plays a story in many orders. Fails with the order in which it threw, or in which it hung. */
  public static void play(Story story) {
    if (ORDERS > 0) {
      Lincheck.runConcurrentTest(ORDERS, () -> once(story));
      return;
    }
    for (int i = 0; i < TIMES; i++) {
      once(story);
    }
  }

  private static void once(Story story) {
    try {
      story.play();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /** Runs these at the same time and waits for all. */
  public static void atOnce(Story... stories) throws Throwable {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (Story story : Arrays.asList(stories)) {
      threads.add(new Thread(() -> {
        try {
          story.play();
        } catch (Throwable e) {
          thrown.compareAndSet(null, e);
        }
      }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    if (thrown.get() != null) {
      throw thrown.get();
    }
  }

  /** Not AssertJ, whose every step would be an order of its own. */
  public static void check(boolean truth, String otherwise) {
    if (!truth) {
      throw new AssertionError(otherwise);
    }
  }
}
