package io.meshrpc.zmq;

import io.meshrpc.core.Mail;
import io.meshrpc.edge.Guest;
import io.meshrpc.edge.SafeLog;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The one thread of a node. A turn: mail, frames, time, and then what the engine wants done; it
 * sleeps only after a turn in which nothing came. What the loop hands to itself, as do handlers and
 * callbacks that run on it, is opened in the same turn and costs neither a lock nor a wake-up.
 *
 * @param <E> the engine
 */
public final class NodeLoop<E> {
  /**
   * Things that a turn takes up before what came of them leaves. With fewer of them there are more
   * messages; with more of them this side and the other take turns instead of working at once.
   */
  static final int TURN_MAX = 256;

  private static final int OWN_MAX = 1024;
  private static final int FRAMES_MAX = 1024; // of those that hold nothing for the engine

  private final Transport transport;
  private final Node<E> node;
  private final Mailbox<Mail<E>> mailbox;
  private final Own<Mail<E>> own = new Own<>(); // from the loop to itself
  private final Lending thread;
  private final String name;
  private final long startNs = System.nanoTime();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final long spinNs;
  private long turnNs; // when the latest turn began
  private long lastBusyNs = Long.MIN_VALUE / 2;
  private final Consumer<Mail<E>> opener;
  private boolean over; // takes nothing more from its own thread

  /**
   * A loop that has not started.
   *
   * @param spinNs how long it looks around after its last work before it sleeps
   */
  NodeLoop(String name, Transport transport, Node<E> node, long spinNs) {
    this.spinNs = spinNs;
    this.transport = transport;
    this.node = node;
    this.mailbox = new Mailbox<>(transport::wake);
    this.opener = mail -> mail.open(node.engine(), turnNs);
    this.name = name;
    this.thread = new Lending(name, this::begin, this::standBy);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  /** Hands over; false if the loop has ended and will not open it. */
  public boolean post(Mail<E> mail) {
    if (!isHere()) {
      return mailbox.offer(mail);
    }
    return !over && own.add(mail);
  }

  /** Whether this is the loop: its thread, while that is not lent. */
  public boolean isHere() {
    return thread.isLoop();
  }

  /** Whether this thread is the loop's own, lent or not, or has been until users' code kept it. */
  public boolean isOurs() {
    return thread.isOurs();
  }

  /** Waits for the loop to end; false if it has not within this time, or the wait was interrupted. */
  public boolean awaitEnd(long timeoutNs) {
    try {
      return ended.await(timeoutNs, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Waits for the loop to end. */
  public void awaitEnd() throws InterruptedException {
    ended.await();
  }

  private void begin() {
    lead(false);
    standBy();
  }

  private void standBy() {
    while (thread.standBy()) {
      lead(true);
    }
  }

  /** Is the loop, until that ends or another thread is. */
  private void lead(boolean tookOver) {
    boolean isLoop = true;
    try {
      if (tookOver) {
        enter();
      }
      while (isLoop && !node.isDone(turnNs)) {
        isLoop = turn();
      }
    } catch (Throwable e) { // our own broken promise: stop loudly, and let nobody wait
      SafeLog.log(Level.ERROR, "the loop " + name + " failed and stops", e);
    } finally {
      if (isLoop) {
        end();
      }
    }
  }

  private void enter() {
    transport.push(); // this is the thread that reads and writes from now on
    long now = nowNs();
    node.setNow(now);
    node.guests().onStays(now);
  }

  /** False if another thread is the loop now. */
  private boolean turn() {
    long now = nowNs();
    turnNs = now;
    node.setNow(now);
    int came = mailbox.open(TURN_MAX, opener);
    came += takeFrames();
    node.tick(now);
    openOwn(now);
    node.flush(now);
    boolean more = transport.push();
    Guests guests = node.guests();
    for (Guest first = guests.next(); first != null; first = guests.next()) {
      if (!serve(guests, first)) {
        return false;
      }
      node.flush(nowNs());
      more = transport.push();
      came++; // by now it is later than the turn knows
    }
    if (came > 0 || more || node.hasRest() || !own.isEmpty()) {
      lastBusyNs = now;
      transport.look();
    } else if (now - lastBusyNs < spinNs) {
      Thread.onSpinWait();
      transport.look();
    } else {
      sleep(now);
      lastBusyNs = nowNs(); // it was woken for something
    }
    return true;
  }

  /** Lends the thread to all of them; false if one has kept it. */
  private boolean serve(Guests guests, Guest first) {
    long from = nowNs();
    for (Guest guest = first; guest != null; guest = guests.next()) {
      if (!thread.canLend()) {
        guests.onDeclined();
        continue;
      }
      if (!thread.lend(guest)) {
        return false;
      }
      long now = nowNs();
      guests.onLeft(now - from, now);
      from = now;
    }
    return true;
  }

  private int takeFrames() {
    int count = 0;
    while (count < FRAMES_MAX && !node.hasEnough() && takeNext()) {
      count++;
      openOwn(turnNs); // who has done what came makes room for the next
    }
    return count;
  }

  private boolean takeNext() {
    if (node.hasRest()) {
      node.takeRest();
      return true;
    }
    return transport.receive(node, 1) > 0;
  }

  private void openOwn(long now) {
    Mail<E> mail;
    for (int count = 0; count < OWN_MAX && (mail = own.poll()) != null; count++) {
      mail.open(node.engine(), now);
    }
  }

  private void sleep(long now) {
    long next = node.nextTick();
    long timeoutNs = next == Long.MAX_VALUE ? TimeUnit.HOURS.toNanos(1) : next - now;
    if (timeoutNs <= 0 || node.isDone(now)) {
      return;
    }
    transport.resetWake();
    if (mailbox.prepareToSleep()) {
      transport.await(timeoutNs);
      mailbox.awake();
    }
  }

  private void end() {
    long now = nowNs();
    try {
      orLog(() -> {
        node.setNow(now);
        node.abort(now);
      });
      mailbox.close();
      mailbox.open(Integer.MAX_VALUE, late -> orLog(() -> late.open(node.engine(), now)));
      openLast(now);
      over = true; // callbacks that the flush runs are told so
      orLog(() -> node.flush(now));
    } finally {
      over = true;
      mailbox.close();
      thread.close();
      orLog(transport::close);
      orLog(node::onClosed);
      ended.countDown();
    }
  }

  private void openLast(long now) {
    Mail<E> mail;
    while ((mail = own.poll()) != null) {
      Mail<E> late = mail;
      orLog(() -> late.open(node.engine(), now));
    }
  }

  /** One thing that fails must not keep those behind it from being ended. */
  private void orLog(Runnable step) {
    try {
      step.run();
    } catch (Throwable e) {
      SafeLog.log(Level.ERROR, "the loop " + name + " could not end in order", e);
    }
  }

  /** The node's clock: nanoseconds since the loop was made. */
  public long nowNs() {
    return System.nanoTime() - startNs;
  }
}
