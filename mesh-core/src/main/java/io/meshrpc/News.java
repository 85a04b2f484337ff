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
  private static final int STRANGERS_MAX = 1000;
  private static final int MOVES_MAX = 10_000;

  private final MeshListener listener;
  private final ExecutorService thread;
  private final AtomicLong strays = new AtomicLong();
  private final Kinds strayKinds = new Kinds();
  private final AtomicLong refusals = new AtomicLong();
  private final Complaints complaints = new Complaints();
  private final RareLog failures = new RareLog();
  private final RareLog untold = new RareLog();
  private final AtomicLong shownOut = new AtomicLong();
  private final Kinds shownOutKinds = new Kinds();
  private final AtomicInteger strangers = new AtomicInteger(); // news of them that waits
  private final AtomicInteger moves = new AtomicInteger(); // that wait to be told

  News(String name, MeshListener listener) {
    this(DaemonThreads.pool(name + "-news", 1), listener);
  }

  /** For a listener that is told by this thread. */
  News(ExecutorService thread, MeshListener listener) {
    this.listener = listener;
    this.thread = thread;
  }

  /** Moves are left out only where a listener is stuck. */
  void transition(MeshListener.Transition transition) {
    SafeLog.debug(() -> "%s: %s -> %s, %s"
        .formatted(transition.endpoint(), transition.from(), transition.to(), transition.reason()));
    if (!tell(moves, MOVES_MAX, to -> to.onTransition(transition)) && moves.get() >= MOVES_MAX) {
      untold.warn("the listener does not come back: it is not told of a server's move", null);
    }
  }

  void stray(String address, int bytes, String reason) {
    long total = strays.incrementAndGet();
    long times = strayKinds.worthALine(reason); // a flood does not fill the log
    if (times > 0) {
      SafeLog.warn("dropped bytes that are not of the mesh, " + times + " times: " + address + ": "
          + reason);
    }
    tellOfStranger(
        to -> to.onStrayBytes(new MeshListener.StrayBytes(address, bytes, reason, total)));
  }

  void shownOut(String address, String reason) {
    long total = shownOut.incrementAndGet();
    long times = shownOutKinds.worthALine(reason);
    if (times > 0) {
      SafeLog.warn("closed a connection, " + times + " times: " + address + ": " + reason);
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
    tell(strangers, STRANGERS_MAX, news);
  }

  /** False if nobody will be told, such as because too much waits already. */
  private boolean tell(AtomicInteger waiting, int max, Consumer<MeshListener> news) {
    if (waiting.get() >= max) {
      return false;
    }
    waiting.incrementAndGet();
    boolean told = tell(to -> {
      waiting.decrementAndGet();
      news.accept(to);
    });
    if (!told) {
      waiting.decrementAndGet();
    }
    return told;
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
