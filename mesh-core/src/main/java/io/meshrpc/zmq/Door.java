package io.meshrpc.zmq;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZEvent;
import org.zeromq.ZMonitor;
import zmq.Msg;
import zmq.io.Metadata;

/**
 * Keeps strangers from filling a server's memory. JeroMQ reads what comes and keeps what goes without
 * a bound, and of those who never finish their greeting it never tires. So the door counts what each
 * connection takes, and shows out who takes too much: the connection's input ends, which JeroMQ takes
 * for its end.
 *
 * <p>What a frame's connection is, JeroMQ says in the frame's metadata. A peer can forge the address
 * there; who says that of another, or of nobody, is not heard.
 *
 * <p>{@code onEvent} and what frames do belong to JeroMQ's threads, each connection to one of them, or
 * to the loop in their place; all else to the loop.
 */
final class Door {
  private static final int OVERHEAD_BYTES = 256; // what a frame takes besides its bytes
  private static final int GREETING_BYTES = 4 << 10; // about; the loop will come to it
  private static final int PARTS_MAX = 1 + 1024; // frames of a message: a batch and its payloads
  private static final int LARGE_BYTES = 256 << 10;
  private static final long COUNT_EVERY_BYTES = 4 << 20;
  private static final long PATIENCE_NS = 1_000_000_000L; // with the loop, when it lags behind
  private static final long CUT_AFTER_NS = 5_000_000_000L;
  private static final long SWEEP_NS = 1_000_000_000L;

  /** Who hears of connections; from either thread, must only hand over. */
  interface Ears {
    /** The first connection is there: the sweeps begin. */
    void onFirst();

    /** One was shown out, or not let in. */
    void onShownOut(String address, String reason);

    /** One could not be taken, and waits. */
    void onNotTaken();
  }

  private final ConnectionLimits limits;
  private final int frameBytesMax;
  private final long waitingBytesMax; // of all
  private final long unfinishedBytesMax; // of all
  private final LongSupplier clock;
  private final Ears ears;
  private final Map<String, Visitor> byAddress = new ConcurrentHashMap<>();
  private final Map<Object, Visitor> byChannel = new ConcurrentHashMap<>();
  private final Map<String, Integer> countByHost = new ConcurrentHashMap<>();
  private final Map<Long, Visitor> byRoute = new HashMap<>(); // the loop
  private final List<WeakReference<Frame>> unfinished = new ArrayList<>(); // large; its own lock
  private final Unread unread; // the loop
  private volatile @Nullable Visitor latest; // whose frame came
  private final AtomicLong uncountedBytes = new AtomicLong(); // what came since all was counted
  private long nextSweepNs;
  private volatile boolean closed;

  Door(ConnectionLimits limits, int frameBytesMax, Ears ears) {
    this(limits, frameBytesMax, Runtime.getRuntime().maxMemory(), System::nanoTime, ears);
  }

  /** One with another clock and heap than the machine's. */
  Door(ConnectionLimits limits, int frameBytesMax, long heapBytes, LongSupplier clock, Ears ears) {
    this.limits = limits;
    this.frameBytesMax = frameBytesMax;
    this.waitingBytesMax = heapBytes / 4;
    this.unread = new Unread(waitingBytesMax);
    this.unfinishedBytesMax = Math.max(4L * frameBytesMax, heapBytes / 8);
    this.clock = clock;
    this.ears = ears;
    this.nextSweepNs = clock.getAsLong();
  }

  /** A frame that comes. When JeroMQ has all of it, it says whose it is. */
  private final class Frame extends Msg {
    private final boolean broken; // no frame of this size can be read
    private volatile boolean finished;
    private boolean isBeyond; // what one message may have
    private @Nullable Visitor from;

    Frame(int bytes, boolean broken) {
      super(bytes);
      this.broken = broken;
    }

    @Override
    public Msg setMetadata(Metadata metadata) {
      if (metadata != null && !finished) {
        finished = true;
        from = onFrame(this, metadata);
        if (from == null) {
          setFlags(COMMAND); // JeroMQ drops commands that it does not know
        }
      }
      return super.setMetadata(metadata);
    }
  }

  /** JeroMQ begins to read a frame of this size; sizes of 2^63 and more come as they may. */
  Msg allocate(int bytes) {
    if (bytes < 0 || bytes > frameBytesMax) {
      return new Frame(0, true);
    }
    if (bytes < LARGE_BYTES) {
      return new Frame(bytes, false);
    }
    synchronized (unfinished) {
      return large(bytes);
    }
  }

  private Frame large(int bytes) {
    long sum = bytes;
    for (Iterator<WeakReference<Frame>> all = unfinished.iterator(); all.hasNext(); ) {
      Frame other = all.next().get();
      if (other == null || other.finished) {
        all.remove();
      } else {
        sum += other.size();
      }
    }
    if (sum > unfinishedBytesMax) {
      return new Frame(0, true);
    }
    Frame frame = new Frame(bytes, false);
    unfinished.add(new WeakReference<>(frame));
    return frame;
  }

  void onEvent(ZEvent event) {
    Object channel = event.getValue();
    if (event.getEvent() == ZMonitor.Event.ACCEPTED && channel instanceof SocketChannel socket) {
      onAccepted(socket);
    } else if (event.getEvent() == ZMonitor.Event.ACCEPT_FAILED) {
      ears.onNotTaken();
    } else if (event.getEvent() == ZMonitor.Event.DISCONNECTED) {
      Visitor visitor = byChannel.remove(channel);
      if (visitor != null && !visitor.dropped && visitor.metadata == null) {
        ears.onShownOut(visitor.address, "it ended before its first frame");
      }
      if (visitor != null) {
        leave(visitor);
      }
    }
  }

  /** It has come; its first frame is awaited from now on. */
  void onAccepted(SocketChannel channel) {
    InetSocketAddress remote;
    try {
      remote = (InetSocketAddress) channel.getRemoteAddress();
    } catch (IOException e) {
      return; // it is gone again
    }
    String host = remote.getAddress().getHostAddress();
    Visitor visitor = new Visitor(channel, host, remote.getPort(), clock.getAsLong());
    int ofHost = countByHost.merge(host, 1, Integer::sum);
    boolean first = byAddress.isEmpty();
    Visitor before = byAddress.get(visitor.address);
    if (before != null) { // its end was not told
      leave(before);
    }
    byAddress.put(visitor.address, visitor);
    byChannel.put(channel, visitor);
    judge(visitor, "connections", byAddress.size(), limits.connectionsMax());
    judge(visitor, "connections of the address", ofHost, limits.perAddressMax());
    if (first) {
      ears.onFirst();
    }
  }

  private void judge(Visitor visitor, String what, int count, int max) {
    if (count > max && !visitor.dropped) {
      showOut(visitor, what + ": " + count + " (expected: <= " + max + ")");
      visitor.cut();
    }
  }

  private void leave(Visitor visitor) {
    visitor.dropped = true;
    if (!byAddress.remove(visitor.address, visitor)) {
      return;
    }
    countByHost.computeIfPresent(visitor.host, (host, count) -> count == 1 ? null : count - 1);
  }

  /** Whose it is; null if it is not to be heard. */
  private @Nullable Visitor onFrame(Frame frame, Metadata metadata) {
    Visitor visitor = visitorOf(metadata);
    if (visitor == null || visitor.dropped) {
      return null;
    }
    if (frame.broken) {
      showOut(
          visitor, "a frame that is too large, or larger than what is left for unfinished frames");
      return null;
    }
    if (frame.isCommand()) { // ZMTP's own, such as a heartbeat
      return visitor;
    }
    visitor.parts++;
    visitor.partsBytes += frame.size();
    frame.isBeyond = visitor.parts > PARTS_MAX || visitor.partsBytes > frameBytesMax;
    if (!frame.hasMore()) {
      visitor.parts = 0;
      visitor.partsBytes = 0;
    } else if (frame.isBeyond) { // only the last must come through, for it ends the message
      return null;
    }
    int bytes = frame.size() + OVERHEAD_BYTES;
    visitor.cameBytes.lazySet(visitor.cameBytes.get() + bytes);
    if (!visitor.isHeard() && visitor.unreadHereBytes() > frameBytesMax + COUNT_EVERY_BYTES) {
      showOut(visitor, "more than a frame before the first was heard");
      return null;
    }
    if (uncountedBytes.addAndGet(bytes) > COUNT_EVERY_BYTES) {
      makeRoom();
    }
    return visitor.dropped ? null : visitor;
  }

  private @Nullable Visitor visitorOf(Metadata metadata) {
    Visitor last = latest;
    if (last != null && last.metadata == metadata) { // most come from where the one before came
      return last;
    }
    Visitor visitor = byAddress.get(String.valueOf(metadata.get(Metadata.PEER_ADDRESS)));
    if (visitor == null || !visitor.isMeantBy(metadata)) {
      ears.onShownOut("unknown", "the address of another connection, or of none");
      return null;
    }
    latest = visitor;
    return visitor;
  }

  /**
   * What came and cannot be read by the loop, since its message has not ended or nobody hears it, goes
   * first. Else the loop lags behind: better that nobody is read for a while than that memory ends.
   */
  private void makeRoom() {
    uncountedBytes.set(0);
    long endNs = clock.getAsLong() + PATIENCE_NS;
    while (!closed) {
      long sum = 0;
      Visitor most = null;
      Visitor idle = null;
      for (Visitor visitor : byAddress.values()) {
        long waiting = visitor.dropped ? 0 : visitor.unreadHereBytes();
        sum += waiting;
        most = most == null || waiting > most.unreadHereBytes() ? visitor : most;
        boolean unheard = waiting > GREETING_BYTES && !visitor.isHeard();
        boolean unreadable = waiting > 0 && (visitor.parts > 0 || unheard);
        idle = unreadable && (idle == null || waiting > idle.unreadHereBytes()) ? visitor : idle;
      }
      if (sum <= waitingBytesMax || most == null) {
        return;
      }
      if (idle != null) {
        showOut(idle, "the most of what cannot be read yet, and too much waits");
      } else if (clock.getAsLong() - endNs > 0) {
        showOut(most, "the most of more than the server can read");
      } else {
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private void showOut(Visitor visitor, String reason) {
    if (!visitor.dropped) {
      visitor.dropped = true;
      visitor.hangUp();
      ears.onShownOut(visitor.address, reason);
    }
  }

  /** The loop has read a frame that came over this route; false if it is beyond what a message may have. */
  boolean onRead(long route, Msg msg) {
    Frame own = msg instanceof Frame frame ? frame : null;
    Visitor visitor = own == null ? find(msg) : own.from;
    if (visitor == null) {
      return true;
    }
    if (!visitor.isHeard()) {
      byRoute.put(route, visitor);
    }
    visitor.readBytes.lazySet(visitor.readBytes.get() + msg.size() + OVERHEAD_BYTES);
    return own == null || !own.isBeyond;
  }

  /** Of a frame that a mechanism has unpacked; null if its peer claims an address of another. */
  private @Nullable Visitor find(Msg msg) {
    Metadata said = msg.getMetadata();
    Visitor visitor =
        said == null ? null : byAddress.get(String.valueOf(said.get(Metadata.PEER_ADDRESS)));
    return visitor != null && visitor.isMeantBy(said) ? visitor : null;
  }

  /** Whether it is known whose route it is, so that what it makes the server keep is counted. */
  boolean knows(long route) {
    return byRoute.containsKey(route);
  }

  /** Whether anything may be sent over this route: who does not read what waits is shown out. */
  boolean mayAsk(long route) {
    Visitor visitor = byRoute.get(route);
    if (visitor == null) {
      return true;
    }
    long waiting = visitor.unreadThereBytes();
    if (!visitor.dropped && waiting > limits.unreadBytesMax()) {
      showOut(
          visitor,
          "does not read: " + waiting + " bytes wait (expected: <= " + limits.unreadBytesMax()
              + ")");
    }
    return !visitor.dropped;
  }

  /** Bytes as they are to be sent over this route. */
  Msg parcel(long route, byte[] bytes) {
    Visitor visitor = byRoute.get(route);
    if (visitor == null) {
      return new Msg(bytes);
    }
    visitor.askedBytes.lazySet(visitor.askedBytes.get() + bytes.length + OVERHEAD_BYTES);
    if (unread.isToBeCounted(bytes.length + OVERHEAD_BYTES)) {
      unread.relieve(byAddress.values(), this::showOut);
    }
    return new Parcel(bytes, visitor, OVERHEAD_BYTES);
  }

  /** A route has ended. */
  void onGone(long route) {
    byRoute.remove(route);
  }

  /** When to look again; MAX_VALUE while nobody is there. */
  long nextSweepInNs() {
    return byAddress.isEmpty() ? Long.MAX_VALUE : Math.max(0, nextSweepNs - clock.getAsLong());
  }

  /** Shows out who is silent, and who holds the most if too much waits. */
  void sweep() {
    long now = clock.getAsLong();
    if (now - nextSweepNs < 0) {
      return;
    }
    nextSweepNs = now + SWEEP_NS;
    for (Visitor visitor : byAddress.values()) {
      check(visitor, now);
    }
    unread.relieve(byAddress.values(), this::showOut);
  }

  private void check(Visitor visitor, long now) {
    if (visitor.dropped) {
      visitor.droppedNs = visitor.droppedNs == 0 ? now : visitor.droppedNs;
      if (now - visitor.droppedNs > CUT_AFTER_NS) {
        visitor.cut();
        leave(visitor);
      }
      return;
    }
    long heard = visitor.readBytes.get();
    if (heard != visitor.heardBytes) {
      visitor.heardBytes = heard;
      visitor.heardNs = now;
    }
    long quietNs = now - visitor.heardNs;
    if (quietNs > (heard == 0 ? limits.firstWordNs() : limits.silenceNs())) {
      showOut(visitor, "no frame for " + quietNs / 1_000_000 + " ms");
    }
  }

  /** Connections that are there. */
  int count() {
    return byAddress.size();
  }

  /** Nobody is waited for any more. */
  void close() {
    closed = true;
  }
}
