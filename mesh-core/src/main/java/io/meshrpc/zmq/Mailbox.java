package io.meshrpc.zmq;

import io.meshrpc.edge.Handles;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands things from any thread to the loop: a list of letters, to which each sender adds by one exchange
 * of the latest, and from which the owner takes without any (Vyukov, Non-intrusive MPSC node-based
 * queue, 2010). Waking costs a system call, so only a sleeper is woken, and only by the first who finds
 * it asleep.
 *
 * @param <T> what is handed over
 */
final class Mailbox<T> {
  private final AtomicReference<Letter<T>> latest;
  private final AtomicBoolean sleeping = new AtomicBoolean();
  private final Runnable waker;
  private Letter<T> opened; // the owner's: the latest of those that are
  private volatile boolean closed;

  /** Is empty once it was opened or taken back. */
  private static final class Letter<T> {
    private static final VarHandle MAIL =
        Handles.ofField(MethodHandles.lookup(), "mail", Object.class);
    private static final VarHandle NEXT =
        Handles.ofField(MethodHandles.lookup(), "next", Letter.class);

    private @Nullable Object mail;

    @SuppressWarnings("UnusedVariable") // by its handle
    private @Nullable Letter<T> next; // null until its sender has added it

    Letter(@Nullable T mail) {
      this.mail = mail;
    }

    void add(Letter<T> letter) {
      NEXT.setRelease(this, letter);
    }

    @SuppressWarnings("unchecked") // only a Letter<T> ever came in
    @Nullable
    Letter<T> next() {
      return (Letter<T>) NEXT.getAcquire(this);
    }

    /** So that one that has grown old does not keep all that came after it. */
    void forgetNext() {
      NEXT.set(this, null);
    }

    @SuppressWarnings("unchecked") // only a T ever came in
    @Nullable
    T take() {
      Object taken = mail;
      mail = null;
      return (T) taken;
    }

    /** The same, if another thread may do it as well. */
    @SuppressWarnings("unchecked") // as above
    @Nullable
    T takeFirst() {
      return (T) MAIL.getAndSet(this, null);
    }
  }

  /** A mailbox whose owner is woken by this action, from any thread. */
  Mailbox(Runnable waker) {
    this.waker = waker;
    this.opened = new Letter<>(null);
    this.latest = new AtomicReference<>(opened);
  }

  /** Hands over; never blocks. False if the mailbox is closed and it will not be opened. */
  boolean offer(T mail) {
    Letter<T> letter = new Letter<>(mail);
    latest.getAndSet(letter).add(letter);
    if (sleeping.get() && sleeping.compareAndSet(true, false)) {
      waker.run();
    }
    return !closed || letter.takeFirst() == null;
  }

  /** For the owner, before it opens mail for the last time. */
  void close() {
    closed = true;
  }

  /** For the owner: opens so many at most, in their order; returns how many. */
  int open(int countMax, Consumer<? super T> opener) {
    Letter<T> last = opened;
    int count = 0;
    try {
      while (count < countMax) {
        Letter<T> letter = after(last);
        if (letter == null) {
          break;
        }
        last.forgetNext();
        last = letter;
        T mail = closed ? letter.takeFirst() : letter.take();
        if (mail != null) {
          count++;
          opener.accept(mail);
        }
      }
    } finally {
      if (last != opened) {
        opened = last;
      }
    }
    return count;
  }

  /** At the end nothing is left that its sender is about to add. */
  private @Nullable Letter<T> after(Letter<T> letter) {
    Letter<T> next = letter.next();
    while (next == null && closed && latest.get() != letter) {
      Thread.onSpinWait();
      next = letter.next();
    }
    return next;
  }

  /** For the owner, before it sleeps: false says that there is mail, or about to be, and it must not. */
  boolean prepareToSleep() {
    sleeping.set(true);
    if (latest.get() == opened) {
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
