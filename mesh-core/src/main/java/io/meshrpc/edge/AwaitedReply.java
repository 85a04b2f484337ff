package io.meshrpc.edge;

import io.meshrpc.core.ClientCall;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The future of a call that a thread waits for, and what stands between the two: it is completed by that
 * thread, and so depends on no other. Once the thread has left it is a future like others.
 *
 * @param <R> the reply's type
 */
public final class AwaitedReply<R> extends ReplyFuture<R> {
  private enum State {
    OPEN,
    ENDED,
    LEFT
  }

  private final Thread waiter;
  private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

  /**
   * A future that is yet to get its call.
   *
   * @param canceller hears, in the thread that cancels, of a call that is no longer wanted
   * @param waiter the thread that looks for its end, and completes it
   */
  public AwaitedReply(Consumer<ClientCall> canceller, Thread waiter) {
    super(canceller);
    this.waiter = waiter;
  }

  @Override
  public boolean isLeftToWaiter() {
    boolean left = state.compareAndSet(State.OPEN, State.ENDED);
    if (left) {
      LockSupport.unpark(waiter);
    }
    return left;
  }

  /** For the thread that waits: completes the future if its call has ended; false if there was nothing to do. */
  boolean completeIfEnded() {
    boolean ended = !isDone() && state.get() == State.ENDED;
    if (ended) {
      run();
    }
    return ended;
  }

  /** For the thread that waits, which does so no longer. */
  void leave() {
    if (!state.compareAndSet(State.OPEN, State.LEFT)) {
      run();
    }
  }
}
