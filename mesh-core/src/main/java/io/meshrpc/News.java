package io.meshrpc;

import io.meshrpc.api.MeshListener;
import io.meshrpc.edge.RareLog;
import io.meshrpc.edge.SafeLog;
import java.lang.System.Logger.Level;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Tells a listener what happened, in a thread of its own, one piece after the other. */
final class News {
  private static final int WAITING_MAX = 1000;

  private final MeshListener listener;
  private final ExecutorService thread;
  private final AtomicLong strays = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();
  private final Complaints complaints = new Complaints();
  private final RareLog failures = new RareLog();
  private final RareLog untold = new RareLog();
  private final AtomicLong shownOut = new AtomicLong();
  private final AtomicInteger waiting = new AtomicInteger(); // of strangers, who may be many

  News(String name, MeshListener listener) {
    this(DaemonThreads.pool(name + "-news", 1), listener);
  }

  /** For a listener that is told by this thread. */
  News(ExecutorService thread, MeshListener listener) {
    this.listener = listener;
    this.thread = thread;
  }

  void transition(MeshListener.Transition transition) {
    SafeLog.debug(() -> "%s: %s -> %s, %s"
        .formatted(transition.endpoint(), transition.from(), transition.to(), transition.reason()));
    tell(to -> to.onTransition(transition));
  }

  void stray(int bytes, String reason) {
    long total = strays.incrementAndGet();
    if (Long.bitCount(total) == 1) { // the first, second, fourth, …: a flood does not fill the log
      SafeLog.warn("dropped bytes that are not of the mesh, " + total + " times: " + reason);
    }
    tellOfStranger(to -> to.onStrayBytes(new MeshListener.StrayBytes(bytes, reason, total)));
  }

  void shownOut(String address, String reason) {
    long total = shownOut.incrementAndGet();
    if (Long.bitCount(total) == 1) {
      SafeLog.warn("closed a connection, " + total + " times: " + address + ": " + reason);
    }
    tellOfStranger(
        to -> to.onClosedConnection(new MeshListener.ClosedConnection(address, reason, total)));
  }

  /** A flood of strangers does not fill the log: each is named once a minute. */
  void refused(String peer, String reason) {
    long total = refusals.incrementAndGet();
    String host = peer.replaceFirst(":\\d+$", ""); // a client has another port each time
    if (complaints.isNew(host + ", " + reason, System.nanoTime())) {
      SafeLog.warn("no trust with " + peer + ": " + reason + " (" + total + " so far)");
    }
    tellOfStranger(to -> to.onRefusedPeer(new MeshListener.RefusedPeer(peer, reason, total)));
  }

  void close() {
    thread.shutdown();
  }

  /** Beyond some the news is left out: the next one's total tells how much. */
  private void tellOfStranger(Consumer<MeshListener> news) {
    if (waiting.get() < WAITING_MAX) {
      waiting.incrementAndGet();
      boolean told = tell(to -> {
        waiting.decrementAndGet();
        news.accept(to);
      });
      if (!told) {
        waiting.decrementAndGet();
      }
    }
  }

  /** False if nobody will be told. */
  private boolean tell(Consumer<MeshListener> news) {
    if (listener == MeshListener.NONE) {
      return false;
    }
    try {
      thread.execute(() -> {
        try {
          news.accept(listener);
        } catch (Throwable e) { // the listener is the user's; the next piece of news is told too
          failures.warn("the listener failed", e);
        }
      });
      return true;
    } catch (RejectedExecutionException e) {
      SafeLog.log(Level.DEBUG, "news after the end", e);
    } catch (Throwable e) { // such as no more threads: news is lost, the loop goes on
      untold.warn("news that nobody could be told", e);
    }
    return false;
  }
}
