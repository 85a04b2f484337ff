package io.meshrpc.zmq;

import io.meshrpc.api.DecodingThread;

/**
 * A thread that is a loop, or may become it. It cannot be interrupted while it is, though users' code that runs on
 * it may try: JeroMQ would take that for the end of a wait, or of a socket, and the JDK closes the channel in which
 * a thread is interrupted. Who tries while the thread is lent is obeyed once the loop has gone to another.
 */
final class LoopThread extends DecodingThread {
  private final Object home;
  private final Object interrupts = new Object();
  private boolean isLoop = true; // guarded by interrupts
  private volatile boolean owed; // an interrupt, to users' code
  private boolean lent; // asked and set by this thread only

  /**
   * A daemon thread.
   *
   * @param home whose thread it is
   */
  LoopThread(Object home, Runnable run, String name) {
    super(run, name);
    this.home = home;
    setDaemon(true);
  }

  /** Whether the current thread is one of these. */
  static boolean isCurrentOf(Object home) {
    return Thread.currentThread() instanceof LoopThread thread && thread.home == home;
  }

  boolean isLent() {
    return lent;
  }

  void lend() {
    owed = false;
    lent = true;
  }

  /** Only if it is still the loop's. */
  void takeBack() {
    lent = false;
  }

  /** By this thread, before anybody knows. */
  void becomeLoop() {
    lent = false;
    synchronized (interrupts) {
      isLoop = true;
      Thread.interrupted();
    }
  }

  /** By whoever is the loop from now on. */
  void ceaseToBeLoop() {
    synchronized (interrupts) {
      isLoop = false;
      if (owed) {
        super.interrupt();
      }
    }
  }

  @Override
  public void interrupt() {
    synchronized (interrupts) {
      if (isLoop) {
        owed = true;
      } else {
        super.interrupt();
      }
    }
  }
}
