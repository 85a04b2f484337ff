package io.meshrpc;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads for tasks of which most are short. To wake a thread takes longer than such a task, so that
 * not every task wakes one: at most one thread at a time is on its way to work, and it sends for the
 * next when it finds more than it takes (as in Go's scheduler). A thread that has ended its task takes
 * the next without being woken; tasks that wait for something soon have all threads.
 */
final class WorkerPool implements Executor {
  private final int threadsMax;
  private final long keepNs;
  private final ThreadFactory factory;
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean coming = new AtomicBoolean(); // a thread is on its way
  private final ArrayDeque<Worker> idle =
      new ArrayDeque<>(); // guarded by itself; last in, first out
  private int threads; // guarded by idle
  private volatile boolean closed;

  /** At most so many threads, each of which ends after so long without work. */
  WorkerPool(int threadsMax, long keepNs, ThreadFactory factory) {
    this.threadsMax = threadsMax;
    this.keepNs = keepNs;
    this.factory = factory;
  }

  /**
   * Runs the task soon, in one of the threads.
   *
   * @throws RejectedExecutionException once it is closed
   * @throws OutOfMemoryError if there is no thread and none can be had; the task will not run
   */
  @Override
  public void execute(Runnable task) {
    if (closed) {
      throw new RejectedExecutionException("closed");
    }
    tasks.add(task);
    try {
      sendOne();
    } catch (Throwable e) {
      if (tasks.remove(task)) {
        throw e;
      } // else it has been taken after all
    }
  }

  /**
   * Runs the tasks soon. A thread that is woken for them finds all of them.
   *
   * @param rejected hears of each task that will not run, and why
   */
  <T extends Runnable> void executeAll(List<T> all, BiConsumer<T, Throwable> rejected) {
    if (closed) {
      all.forEach(task -> rejected.accept(task, new RejectedExecutionException("closed")));
      return;
    }
    tasks.addAll(all);
    try {
      sendOne();
    } catch (Throwable e) {
      for (T task : all) {
        if (tasks.remove(task)) {
          rejected.accept(task, e);
        } // else it has been taken after all
      }
    }
  }

  /** Takes no more tasks; those that it has are run. */
  void close() {
    closed = true;
    synchronized (idle) {
      idle.forEach(worker -> LockSupport.unpark(worker.thread));
    }
  }

  /** Sees to it that a thread comes, unless one does already or all are at work. */
  private void sendOne() {
    if (coming.get() || !coming.compareAndSet(false, true)) {
      return;
    }
    Worker next = take();
    if (next != null) {
      LockSupport.unpark(next.thread); // nothing if it has just been started
    }
  }

  /**
   * The one that is to come. Null if all are at work, as far as there can be more: then nobody is on its way,
   * and whoever ends first takes what waits. Both are known at once to who looks for work after this.
   */
  private @Nullable Worker take() {
    synchronized (idle) {
      Worker next = idle.pollLast();
      if (next != null) {
        next.sent = true;
        return next;
      }
      try {
        next = threads < threadsMax ? newWorker() : null;
      } finally {
        if (next == null) {
          coming.set(false);
        }
      }
      return next;
    }
  }

  /** Starts one more; null if that is not possible, and others are there to do the work. */
  private @Nullable Worker newWorker() {
    try {
      Worker worker = new Worker();
      worker.sent = true;
      worker.thread.start();
      threads++;
      return worker;
    } catch (Throwable e) {
      if (threads == 0) {
        throw e;
      }
      return null;
    }
  }

  private final class Worker implements Runnable {
    private final Thread thread = factory.newThread(this);
    private volatile boolean sent; // is the one that is coming

    private void arrived() {
      sent = false;
      coming.set(false);
    }

    @Override
    public void run() {
      do {
        Runnable task;
        while ((task = tasks.poll()) != null) {
          if (sent) {
            arrived();
            if (!tasks.isEmpty()) {
              sendOne();
            }
          }
          runTask(task);
        }
        if (sent) {
          arrived();
        }
      } while (stays());
    }

    private void runTask(Runnable task) {
      try {
        task.run();
      } catch (Throwable e) { // as it would be anywhere: the thread's handler says so, work goes on
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
      }
      Thread.interrupted(); // was meant for the task
    }

    /** Waits for work; false if there was none for long and the thread is to end. */
    private boolean stays() {
      synchronized (idle) {
        idle.addLast(this);
      }
      long untilNs = System.nanoTime() + keepNs;
      while (!sent && tasks.isEmpty()) {
        long leftNs = untilNs - System.nanoTime();
        if (closed || leftNs <= 0) {
          return !quits();
        }
        LockSupport.parkNanos(this, leftNs);
        Thread.interrupted(); // nobody has a reason to; it would keep the thread from waiting
      }
      synchronized (idle) {
        idle.remove(this); // nothing if somebody has just sent it
      }
      return true;
    }

    private boolean quits() {
      synchronized (idle) {
        if (!idle.remove(this)) {
          return false; // was sent at the last moment
        }
        threads--;
        return true;
      }
    }
  }
}
