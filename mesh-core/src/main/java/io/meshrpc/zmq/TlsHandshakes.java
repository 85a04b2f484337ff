package io.meshrpc.zmq;

import io.meshrpc.security.TlsSecurity;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The handshakes that are under way. Bounded: so many at once, each for so long and with so many
 * bytes; when one more comes, that goes which has waited longest for its peer. What costs time,
 * signatures and chains of certificates, is done by two threads beside the loop. All else belongs to
 * the loop thread.
 */
final class TlsHandshakes {
  private static final int THREADS = 2;
  private static final int BYTES_MAX = 64 << 10;
  private static final int RECORDS_MAX = 256; // each costs, however few bytes it has
  private static final long SWEEP_MS = 250;

  /** Who sends, and who hears how it ended; called on the loop. */
  interface Ends {
    /** Sends records. */
    void sendRecords(long route, byte[] frame);

    /** The link is open. */
    void onOpen(TlsLink link);

    /** It failed, and is not to be used any more. */
    void onFailed(TlsLink link, String reason, @Nullable Exception cause);
  }

  private final int countMax;
  private final long spanNs;
  private final Executor loop;
  private final Ends ends;
  private final ScheduledThreadPoolExecutor threads;
  private final TlsBuffers buffers = new TlsBuffers(); // used for each record
  private final Set<TlsLink> all = new LinkedHashSet<>();
  private final Set<TlsLink> idle = new LinkedHashSet<>(); // wait for their peers, longest first
  private int tasks; // that run or wait for a thread
  private boolean sweeping;

  TlsHandshakes(TlsSecurity security, String name, Executor loop, Ends ends) {
    this.countMax = security.handshakesMax();
    this.spanNs = security.handshakeTimeout().toNanos();
    this.loop = loop;
    this.ends = ends;
    AtomicInteger count = new AtomicInteger();
    this.threads = new ScheduledThreadPoolExecutor(THREADS, task -> {
      Thread thread = new Thread(task, "mesh-tls-" + name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    });
    threads.setKeepAliveTime(10, TimeUnit.SECONDS);
    threads.allowCoreThreadTimeOut(true);
    threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Whether there is room for one more; makes some at the cost of the one that is slowest. */
  boolean hasRoom() {
    if (tasks < countMax && all.size() < countMax) {
      return true;
    }
    if (tasks >= countMax || idle.isEmpty()) {
      return false;
    }
    TlsLink slowest = idle.iterator().next();
    fail(slowest, "too many handshakes at once, and this one waited longest for its peer", null);
    return true;
  }

  /** Begins; the client speaks first. */
  void begin(TlsLink link, boolean isClient) {
    all.add(link);
    startSweeping();
    try {
      link.engine.beginHandshake();
      if (isClient) {
        byte[] hello = link.ownWords();
        link.hello = TlsRecords.sessionId(hello);
        link.awaitsHello = true;
        ends.sendRecords(link.route, hello);
        idle.add(link);
      }
    } catch (SSLException | RuntimeException e) { // no stranger may end the loop
      fail(link, TlsReasons.of(e), e);
    }
  }

  /** Takes a frame of the handshake. */
  void take(TlsLink link, byte[] frame) {
    link.bytesCame += frame.length;
    if (link.bytesCame > BYTES_MAX) {
      fail(link, "handshake: more than " + BYTES_MAX + " bytes (expected: less)", null);
      return;
    }
    link.waiting.add(frame);
    if (!link.tasksRun) {
      advance(link);
    }
  }

  /** The connection is gone. */
  void forget(TlsLink link) {
    all.remove(link);
    idle.remove(link);
  }

  void close() {
    threads.shutdownNow();
  }

  /** How many are under way. */
  int count() {
    return all.size();
  }

  private void advance(TlsLink link) {
    idle.remove(link);
    Flight flight = new Flight(link.engine.getSession().getPacketBufferSize(), buffers);
    try {
      boolean goesOn = true;
      while (goesOn && link.state == TlsLink.State.HANDSHAKE) {
        goesOn = step(link, flight);
      }
      flight.send(link.route, ends);
    } catch (SSLException | RuntimeException e) { // no stranger may end the loop
      flight.send(link.route, ends);
      fail(link, TlsReasons.of(e), e);
      return;
    }
    if (link.state == TlsLink.State.OPEN) {
      forget(link);
      ends.onOpen(link);
    } else if (!link.tasksRun) {
      idle.add(link);
    }
  }

  /** One step; false if it must wait for the peer or for its tasks, or is done. */
  private boolean step(TlsLink link, Flight flight) throws SSLException {
    switch (link.engine.getHandshakeStatus()) {
      case NEED_TASK -> {
        runTasks(link);
        return false;
      }
      case NEED_WRAP -> ended(link, flight.wrap(link));
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
        ByteBuffer input = nextInput(link);
        if (input == null) {
          return false;
        }
        if (++link.recordsCame > RECORDS_MAX) {
          throw new SSLException(
              "handshake: more than " + RECORDS_MAX + " records (expected: less)");
        }
        ended(link, flight.unwrap(link, input));
      }
      case FINISHED, NOT_HANDSHAKING -> link.state = TlsLink.State.OPEN;
    }
    return true;
  }

  private static void ended(TlsLink link, SSLEngineResult result) throws SSLException {
    if (result.getStatus() == Status.CLOSED) {
      throw new TlsClosedException();
    }
    if (result.getStatus() != Status.OK) {
      throw new SSLException("half a record, or one that is too long (" + result.getStatus() + ")");
    }
    if (result.getHandshakeStatus() == HandshakeStatus.FINISHED) {
      link.state = TlsLink.State.OPEN;
    }
  }

  private static @Nullable ByteBuffer nextInput(TlsLink link) {
    ByteBuffer input = link.input;
    if (input != null && input.hasRemaining()) {
      return input;
    }
    byte[] frame = link.waiting.poll();
    link.input = frame == null ? null : ByteBuffer.wrap(frame);
    return link.input;
  }

  private void runTasks(TlsLink link) {
    link.tasksRun = true;
    tasks++;
    try {
      threads.execute(() -> {
        try {
          Runnable task;
          while ((task = link.engine.getDelegatedTask()) != null) {
            task.run();
          }
        } finally {
          loop.execute(() -> tasksDone(link));
        }
      });
    } catch (RejectedExecutionException e) { // the node ends
      tasks--;
    } catch (Throwable e) { // no thread is to be had; the task waits for one
      fail(link, "no thread for the handshake: " + e, null);
    }
  }

  private void tasksDone(TlsLink link) {
    tasks--;
    link.tasksRun = false;
    if (all.contains(link)) {
      advance(link);
    }
  }

  private void fail(TlsLink link, String reason, @Nullable Exception cause) {
    forget(link);
    ends.onFailed(link, reason, cause);
  }

  private void startSweeping() {
    if (!sweeping) {
      sweeping = true;
      try {
        threads.schedule(() -> loop.execute(this::sweep), SWEEP_MS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        sweeping = false; // the node ends
      } catch (Throwable e) {
        // no thread is to be had now: it is queued, and is run by the next one that is
      }
    }
  }

  private void sweep() {
    sweeping = false;
    long now = System.nanoTime();
    for (TlsLink link : new ArrayList<>(idle)) {
      if (now - link.startedNs > spanNs) {
        fail(link, "no end of the handshake within " + spanNs / 1_000_000 + " ms", null);
      }
    }
    if (!all.isEmpty()) {
      startSweeping();
    }
  }

  /** What one side says before it must wait: it travels as one frame. */
  private static final class Flight {
    private static final byte[] NOTHING = {};

    private final int recordBytesMax;
    private final TlsBuffers plain;
    private ByteBuffer out = ByteBuffer.allocate(0);

    Flight(int recordBytesMax, TlsBuffers plain) {
      this.recordBytesMax = recordBytesMax;
      this.plain = plain;
    }

    SSLEngineResult wrap(TlsLink link) throws SSLException {
      if (out.remaining() < recordBytesMax) {
        ByteBuffer larger = ByteBuffer.allocate(out.position() + 2 * recordBytesMax);
        out = larger.put(out.flip());
      }
      return link.engine.wrap(ByteBuffer.wrap(NOTHING), out);
    }

    SSLEngineResult unwrap(TlsLink link, ByteBuffer input) throws SSLException {
      return link.engine.unwrap(input, plain.atLeast(recordBytesMax));
    }

    void send(long route, Ends ends) {
      if (out.position() > 0) {
        ends.sendRecords(route, TlsBuffers.content(out));
        out = ByteBuffer.allocate(0);
      }
    }
  }
}
