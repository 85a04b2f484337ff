package zmq.poll;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongPredicate;

/**
 * Stands in for the thread of one of JeroMQ's pollers: a thread that owns a socket turns the poller
 * itself. Then a message takes no change of thread between the two, and what one signals to the other
 * costs a flag in the place of three system calls.
 *
 * <p>Its interfaces are the JDK's, for who uses it cannot be compiled against this class: {@link
 * #execute} makes what it drives, {@link #test} is a turn, {@link #run} ends the wait of one, and
 * {@link #close} gives the poller the thread that it would have had.
 */
public final class Drive implements Executor, LongPredicate, Runnable, AutoCloseable {
  private static final ThreadLocal<Drive> MAKING = new ThreadLocal<>();

  private final List<Runnable> signalers = new ArrayList<>(); // what makes them signal aloud
  private volatile Thread thread; // who turns; null: nobody yet, or nobody any more
  private Poller poller;
  private boolean rung; // by the thread itself, for the thread itself

  /** Makes something; its pollers, its sockets and their mailboxes are driven. */
  @Override
  public void execute(Runnable making) {
    MAKING.set(this);
    try {
      making.run();
    } finally {
      MAKING.remove();
    }
  }

  /** What is made now is driven by this; null if by nobody. */
  public static Drive making() {
    return MAKING.get();
  }

  /** For a signaler, while it is made: what writes the signals that it has kept. */
  public void adopt(Runnable aloud) {
    signalers.add(aloud);
  }

  void adopt(Poller made) {
    poller = made;
  }

  /** Whether this is the thread that turns. */
  public boolean isHere() {
    return Thread.currentThread() == thread;
  }

  /** For a signaler: the thread that turns has something for itself. */
  public void ring() {
    rung = true;
  }

  boolean isRung() {
    return rung;
  }

  /** For the poller: whether there is something since this was asked. */
  boolean takeRing() {
    boolean was = rung;
    rung = false;
    return was;
  }

  /**
   * A turn: waits for so many nanoseconds for something to happen, and sees to all that has. Whoever
   * calls is the thread that turns, until another calls, after that. Negative: does not look, sees only to
   * what is left. True says that something waits until it can be written.
   */
  @Override
  public boolean test(long timeoutNs) {
    Thread here = Thread.currentThread();
    if (thread != here) {
      thread = here;
    }
    if (timeoutNs < 0) {
      poller.settle();
    } else {
      poller.turn(timeoutNs);
    }
    return poller.isWriting();
  }

  /** Ends a wait, from any thread. */
  @Override
  public void run() {
    poller.wake();
  }

  /** By the thread that turns, when it will not any more; the poller goes on in its own. */
  @Override
  public void close() {
    thread = null;
    signalers.forEach(Runnable::run);
    poller.startThread();
  }
}
