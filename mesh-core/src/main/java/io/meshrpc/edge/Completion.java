package io.meshrpc.edge;

/** The ticket of a call for which no thread is parked: when it is run, it tells who is to know that the call has ended. */
public interface Completion extends Runnable {
  /**
   * By the loop, once for each call that has ended: whether a thread that waits will run this, and has been woken for
   * it. Or else it is to be run.
   */
  default boolean isLeftToWaiter() {
    return false;
  }
}
