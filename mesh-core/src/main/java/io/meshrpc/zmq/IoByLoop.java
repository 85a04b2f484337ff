package io.meshrpc.zmq;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQ;
import zmq.Msg;

/**
 * What JeroMQ's I/O thread does, done by the loop between its own turns: a message that leaves or comes
 * has nobody to wake then. Decision 18 has the figures. The thread that waits or pushes is the one
 * that does it, until another does, after it, or the close, after which JeroMQ goes on in a thread of its own to put things in order.
 */
final class IoByLoop implements SocketIo {
  private static final long NO_LOOK = -1;
  private static final long LINGER_STEP_NS = 10_000_000;

  private final Executor maker;
  private final LongPredicate turn;
  private final Runnable waker;
  private final AutoCloseable end;

  private IoByLoop(Executor maker, LongPredicate turn, Runnable waker, AutoCloseable end) {
    this.maker = maker;
    this.turn = turn;
    this.waker = waker;
    this.end = end;
  }

  /** Null where JeroMQ's own classes are in place. */
  static @Nullable IoByLoop orNull() {
    Object drive = JeroMqCure.newDrive(); // all in one
    return drive == null
        ? null
        : new IoByLoop(
            (Executor) drive, (LongPredicate) drive, (Runnable) drive, (AutoCloseable) drive);
  }

  /** Makes the socket, the first of its context: it and the context's poller are driven then. */
  ZMQ.Socket open(Supplier<ZMQ.Socket> making) {
    List<ZMQ.Socket> made = new ArrayList<>();
    maker.execute(() -> made.add(making.get()));
    return made.get(0);
  }

  @Override
  public void push() {
    boolean unused = turn.test(NO_LOOK);
  }

  @Override
  public void look() {
    boolean unused = turn.test(0);
  }

  @Override
  public @Nullable Msg await(long timeoutNs) {
    boolean unused = turn.test(timeoutNs);
    return null;
  }

  @Override
  public void wake() {
    waker.run();
  }

  /** JeroMQ does not write what is left when its context is closed, whatever the linger. */
  @Override
  public void close(int lingerMs) {
    long endNs = System.nanoTime() + lingerMs * 1_000_000L;
    boolean left = turn.test(NO_LOOK);
    while (left && System.nanoTime() - endNs < 0) {
      left = turn.test(LINGER_STEP_NS);
    }
    try {
      end.close();
    } catch (Exception e) {
      throw new IllegalStateException(e); // it throws none
    }
  }
}
