package io.meshrpc.edge;

import io.meshrpc.core.ClientCall;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where a thread waits, parked, for the end of its call, whose ticket it is.
 *
 * @param <R> the reply's type
 */
public final class PendingReply<R> {
  /** After so long a caller looks for itself, should the thread that is to wake it be held up. */
  private static final long LOOK_NS = 100_000_000L;

  private static final VarHandle ENDED =
      Handles.ofField(MethodHandles.lookup(), "ended", ClientCall.class);

  private final Thread waiter = Thread.currentThread();
  private @Nullable PendingReply<?> next; // written before ended, read after it

  @SuppressWarnings("UnusedVariable") // by its handle
  private volatile @Nullable ClientCall ended;

  /** For a caller that will {@link #await} in this thread. */
  public PendingReply() {}

  /**
   * For the loop: the call has ended. The thread that waits is yet to be woken, and will wake the next.
   *
   * @param next who is to be woken after this one; null if nobody is
   */
  public void end(ClientCall call, @Nullable PendingReply<?> next) {
    this.next = next;
    ENDED.setRelease(this, call); // a thread that is woken for it sees it
  }

  /** Wakes the thread that waits, once the call has ended. */
  public void wake() {
    LockSupport.unpark(waiter);
  }

  /** Waits; an interrupt cancels the call and is kept. */
  public R await(Runnable cancel) {
    return await(cancel, LOOK_NS);
  }

  /** The same, looking for itself after so long, again and again. */
  R await(Runnable cancel, long lookNs) {
    boolean interrupted = false;
    while (ended == null) {
      LockSupport.parkNanos(this, lookNs);
      if (Thread.interrupted()) {
        interrupted = true;
        cancel.run();
      }
    }
    PendingReply<?> other = next;
    if (other != null) {
      other.wake();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return Replies.take(ended);
  }
}
