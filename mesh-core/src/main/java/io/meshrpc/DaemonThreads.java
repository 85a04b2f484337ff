package io.meshrpc;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The executors that a node makes for itself. */
final class DaemonThreads {
  private static final long KEEP_NS = 30_000_000_000L;

  private DaemonThreads() {}

  /** At most so many threads, that end when idle. */
  static ExecutorService pool(String name, int threads) {
    ThreadPoolExecutor pool = new ThreadPoolExecutor(
        threads, threads, KEEP_NS, TimeUnit.NANOSECONDS, new LinkedBlockingQueue<>(), named(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** A virtual thread for each handler where there are any (Java 21), else a pool. */
  static Own forHandlers(String name, int threads) {
    try {
      ExecutorService virtual = (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
      return new Own(virtual, virtual::shutdown);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      return forShortTasks(name, threads);
    }
  }

  /** At most so many threads, of which as few are woken as the work needs. */
  static Own forShortTasks(String name, int threads) {
    WorkerPool pool = new WorkerPool(threads, KEEP_NS, named(name));
    return new Own(pool, pool::close);
  }

  /** An executor that ends with its node: what it has then is run. */
  record Own(Executor executor, Runnable end) {}

  private static ThreadFactory named(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
