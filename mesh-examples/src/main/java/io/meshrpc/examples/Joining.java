package io.meshrpc.examples;

/** Waits for threads to end. */
final class Joining {
  private Joining() {}

  static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + thread.getName() + " ends", e);
    }
  }
}
