package io.meshrpc.zmq;

import io.meshrpc.edge.Guest;
import io.meshrpc.edge.SafeLog;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lends the thread of a loop to users' code that is expected to be quick, and lets another thread become the
 * loop where it is not. So such code needs no thread to be woken for it, and yet a loop stands still for a few
 * milliseconds at most, whatever the code does. (Leader/Followers, as in Schmidt et al., Pattern-Oriented
 * Software Architecture 2; here nobody is called to lead before there is need.)
 *
 * <p>A deputy looks every two milliseconds, as long as something is lent at all. If the same loan is still out,
 * and its thread waits, the deputy becomes the loop. If the thread runs it may just have lost its processor, or do
 * so soon, and is given more time. Who was the loop becomes the deputy when the code has ended.
 */
final class Lending {
  private static final long LOOK_NS = 2_000_000;
  private static final long AGAIN_NS = 1_000_000_000L;
  private static final int WAITING_LOOKS = 1;
  private static final int RUNNING_LOOKS = 10;
  private static final int QUIET_LOOKS = 500; // then the deputy sleeps until there is a loan

  private final String name;
  private final Runnable asDeputy;
  private final Consumer<Thread> starter;
  private final AtomicLong loan = new AtomicLong(); // number of the latest; negative: it is back
  private final AtomicReference<@Nullable LoopThread> deputy = new AtomicReference<>();
  private volatile LoopThread owner;
  private boolean hasDeputy; // owned by the loop: there is one, or will be
  private long triedNs =
      System.nanoTime() - AGAIN_NS; // owned by the loop: when no thread was to be had
  private volatile boolean watched; // a deputy looks, or will at once
  private volatile boolean over;

  /**
   * Nothing is lent yet.
   *
   * @param asLoop what the first thread does
   * @param asDeputy what others do: {@link #standBy}, and what the first does if that is true
   */
  Lending(String name, Runnable asLoop, Runnable asDeputy) {
    this(name, asLoop, asDeputy, Thread::start);
  }

  /** The same, with somebody else to start threads, as a machine that has no more. */
  Lending(String name, Runnable asLoop, Runnable asDeputy, Consumer<Thread> starter) {
    this.starter = starter;
    this.name = name;
    this.asDeputy = asDeputy;
    this.owner = new LoopThread(this, asLoop, name);
  }

  void start() {
    owner.start();
  }

  /** Whether the current thread is the loop, and not lent. */
  boolean isLoop() {
    LoopThread known = owner;
    return Thread.currentThread() == known && !known.isLent();
  }

  /** Whether the current thread is, was, or may become the loop. */
  boolean isOurs() {
    return LoopThread.isCurrentOf(this);
  }

  /**
   * By the loop: whether there is somebody to take over, or will be at once. If not, nothing must be lent:
   * there are no more threads to be had.
   */
  boolean canLend() {
    if (!hasDeputy) {
      hasDeputy = deputy.get() != null || startDeputy();
    }
    return hasDeputy;
  }

  private boolean startDeputy() {
    long now = System.nanoTime();
    if (now - triedNs < AGAIN_NS) {
      return false;
    }
    try {
      starter.accept(new LoopThread(this, asDeputy, name));
      return true;
    } catch (Throwable e) { // no more threads
      triedNs = now;
      return false;
    }
  }

  /**
   * By the loop, which {@linkplain #canLend can}: runs users' code in its thread. False if another thread is the
   * loop by now: then this one must not touch anything of the loop's.
   */
  boolean lend(Guest guest) {
    LoopThread me = owner;
    long number = 1 - loan.get();
    me.lend();
    loan.set(number); // before it is asked whether somebody looks
    if (!watched) {
      watched = true;
      LockSupport.unpark(deputy.get()); // nothing if it has just been started
    }
    boolean isBack = false;
    try {
      guest.run();
    } catch (Throwable e) { // it should have kept that to itself
      SafeLog.log(Level.ERROR, "users' code on the loop failed", e);
    } finally {
      isBack = loan.compareAndSet(number, -number);
    }
    if (isBack) {
      me.takeBack();
    } else {
      overstay(guest);
    }
    return isBack;
  }

  private static void overstay(Guest guest) {
    try {
      guest.overstayed();
    } catch (Throwable e) { // the loop is another's by now, and is not to end for it
      SafeLog.log(Level.ERROR, "what users' code left behind was lost", e);
    }
  }

  /** Waits until the loop needs another thread; true: this one is the loop now; false: it is not needed. */
  boolean standBy() {
    LoopThread me = (LoopThread) Thread.currentThread();
    me.ceaseToBeLoop();
    if (over || !deputy.compareAndSet(null, me)) {
      return false;
    }
    long seen = loan.get();
    long sinceNs = System.nanoTime();
    int looks = 0;
    while (!over) {
      waitFor(seen, looks);
      long number = loan.get();
      if (number == seen) {
        looks++;
      } else {
        seen = number;
        sinceNs = System.nanoTime();
        looks = 0;
      }
      if (number > 0 && isKept(looks, sinceNs) && takesOver(me, number)) {
        return true;
      }
    }
    deputy.compareAndSet(me, null);
    return false;
  }

  /** By looks, for everything may have stood still, and by time, for a look may end early. */
  private boolean isKept(int looks, long sinceNs) {
    boolean runs = owner.getState() == Thread.State.RUNNABLE;
    int looksMin = runs ? RUNNING_LOOKS : WAITING_LOOKS;
    return looks >= looksMin && System.nanoTime() - sinceNs >= looksMin * LOOK_NS;
  }

  private void waitFor(long seen, int looks) {
    if (seen > 0 || looks < QUIET_LOOKS) {
      LockSupport.parkNanos(this, LOOK_NS);
      Thread.interrupted(); // was meant for users' code
    } else {
      sleep(seen);
    }
  }

  private void sleep(long seen) {
    watched = false;
    while (!watched && loan.get() == seen && !over) {
      LockSupport.park(this);
      Thread.interrupted(); // as above; or else it would not sleep
    }
    watched = true;
  }

  /** False if the loan is back after all, or the loop has ended. */
  private boolean takesOver(LoopThread me, long number) {
    if (over || !loan.compareAndSet(number, -number)) {
      return false;
    }
    LoopThread before = owner;
    me.becomeLoop();
    owner = me;
    before.ceaseToBeLoop();
    deputy.set(null);
    hasDeputy = false;
    watched = false;
    return true;
  }

  /** By the loop, when it ends. */
  void close() {
    over = true;
    LoopThread known = deputy.get();
    if (known != null) {
      LockSupport.unpark(known);
    }
  }
}
