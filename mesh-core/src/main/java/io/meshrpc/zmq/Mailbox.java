package io.meshrpc.zmq;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Hands things from any thread to the loop. Waking costs a system call, so only a sleeper is woken,
 * and only by the first who finds it asleep.
 *
 * @param <T> what is handed over
 */
final class Mailbox<T> {
  private final ConcurrentLinkedQueue<T> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean sleeping = new AtomicBoolean();
  private final Runnable waker;

  /** A mailbox whose owner is woken by this action, from any thread. */
  Mailbox(Runnable waker) {
    this.waker = waker;
  }

  /** Hands over; never blocks. */
  void offer(T mail) {
    queue.add(mail);
    if (sleeping.get() && sleeping.compareAndSet(true, false)) {
      waker.run();
    }
  }

  /** Takes back what the owner has not taken; false if it has. */
  boolean takeBack(T mail) {
    return queue.remove(mail);
  }

  /** For the owner: the next, or null. */
  @Nullable
  T poll() {
    return queue.poll();
  }

  /** For the owner, before it sleeps: false says that there is mail and it must not. */
  boolean prepareToSleep() {
    sleeping.set(true);
    if (queue.isEmpty()) {
      return true;
    }
    sleeping.set(false);
    return false;
  }

  /** For the owner, when it has slept. */
  void awake() {
    sleeping.set(false);
  }
}
