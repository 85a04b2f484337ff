package zmq.poll;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import zmq.Ctx;
import zmq.ZError;

/**
 * Stands in for JeroMQ's class of this name: tells sockets, listeners and mailboxes when their channels
 * are ready. It differs in four things:
 *
 * <ul>
 *   <li>What changes is taken up for the channels that changed. JeroMQ's looks at all channels
 *       whenever one of them changes what it waits for, which each message makes it do.
 *   <li>Who wants to write is asked first whether there is anything left to write. After most messages
 *       there is not, and two changes of what the channel waits for, and a look that finds it
 *       writable, are saved.
 *   <li>It can be turned by the thread that owns the socket, see {@link Drive}.
 *   <li>Then a listener that is told of connections and takes none in, as one does without file
 *       descriptors, is left alone for a while. JeroMQ's asks it again at once, for ever.
 * </ul>
 *
 * <p>Not on the class path under this name; see {@code io.meshrpc.zmq.JeroMqCure}.
 */
public final class Poller implements Runnable {
  private static final long FOREVER = Long.MAX_VALUE;
  private static final int VAIN_MAX = 8;
  private static final long ACCEPT_PAUSE_MS = 100;

  /** A channel, and who hears of it. */
  public static final class Handle {
    private final SelectableChannel channel;
    private final IPollEvents ears;
    private SelectionKey key;
    private int ops;
    private boolean changed; // among those to be taken up
    private boolean asked; // among those to be asked what there is to write
    private boolean gone;

    Handle(SelectableChannel channel, IPollEvents ears) {
      this.channel = channel;
      this.ears = ears;
    }

    boolean wants(int op) {
      return !gone && (ops & op) != 0;
    }
  }

  /** Of a listener, until it is asked again. */
  private final class Rest implements IPollEvents {
    private final Handle listener;

    Rest(Handle listener) {
      this.listener = listener;
    }

    @Override
    public void timerEvent(int id) {
      if (!listener.gone) {
        setPollAccept(listener);
      }
    }
  }

  private record Timer(IPollEvents ears, int id) {}

  private record Due(long atNs, Timer timer) {}

  private final Ctx ctx;
  private final Drive drive; // null: its own thread turns it
  private final Thread worker;
  private final Selector selector;
  private final Consumer<SelectionKey> dispatch = this::dispatch;
  private final Thread.UncaughtExceptionHandler failures;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicInteger load = new AtomicInteger();
  private volatile boolean stopping;

  private final List<Handle> changed = new ArrayList<>();
  private final List<Handle> retired = new ArrayList<>();
  private final ArrayDeque<Handle> writers = new ArrayDeque<>();
  private final PriorityQueue<Due> dues = new PriorityQueue<>((a, b) -> Long.signum(a.atNs - b.atNs));
  private final Map<Timer, Due> timers = new HashMap<>();
  private int vain; // times that a listener was told since a channel was last taken in
  private int writing; // channels that wait until they can be written
  private Handle mailbox; // the first, of the thread whose poller this is

  /** A poller that does not turn yet. */
  public Poller(Ctx ctx, String name) {
    this.ctx = ctx;
    this.drive = name.startsWith("iothread") ? Drive.making() : null;
    this.worker = ctx.getThreadFactory().apply(this, name);
    this.selector = ctx.createSelector();
    this.failures = ctx.getNotificationExceptionHandler();
    if (drive != null) {
      drive.adopt(this);
    }
  }

  /** How many channels there are. Any thread. */
  public int getLoad() {
    return load.get();
  }

  /** Takes a channel in, which waits for nothing yet. */
  public Handle addHandle(SelectableChannel channel, IPollEvents ears) {
    Handle handle = new Handle(channel, ears);
    if (mailbox == null) {
      mailbox = handle;
    }
    load.incrementAndGet();
    vain = 0;
    change(handle, 0);
    return handle;
  }

  /** Lets a channel go; somebody else may take it in at once. */
  public void removeHandle(Handle handle) {
    change(handle, 0);
    handle.gone = true;
    load.decrementAndGet();
    retired.add(handle);
  }

  public void setPollIn(Handle handle) {
    change(handle, handle.ops | SelectionKey.OP_READ);
  }

  public void resetPollIn(Handle handle) {
    change(handle, handle.ops & ~SelectionKey.OP_READ);
  }

  /** Waits until it can be written, but asks first whether there is anything to write. */
  public void setPollOut(Handle handle) {
    change(handle, handle.ops | SelectionKey.OP_WRITE);
    if (!handle.asked) {
      handle.asked = true;
      writers.add(handle);
    }
  }

  public void resetPollOut(Handle handle) {
    change(handle, handle.ops & ~SelectionKey.OP_WRITE);
  }

  public void setPollConnect(Handle handle) {
    change(handle, handle.ops | SelectionKey.OP_CONNECT);
  }

  public void setPollAccept(Handle handle) {
    change(handle, handle.ops | SelectionKey.OP_ACCEPT);
  }

  private void change(Handle handle, int ops) {
    writing += Integer.signum((ops & SelectionKey.OP_WRITE) - (handle.ops & SelectionKey.OP_WRITE));
    handle.ops = ops;
    if (!handle.changed) {
      handle.changed = true;
      changed.add(handle);
    }
  }

  /** Whether something waits until it can be written. */
  boolean isWriting() {
    return writing > 0;
  }

  /** Tells these ears in so many milliseconds. */
  public void addTimer(long delayMs, IPollEvents ears, int id) {
    Timer timer = new Timer(ears, id);
    Due due = new Due(System.nanoTime() + delayMs * 1_000_000, timer);
    timers.put(timer, due);
    dues.add(due);
  }

  /** Does not tell them. */
  public void cancelTimer(IPollEvents ears, int id) {
    timers.remove(new Timer(ears, id));
  }

  /** Begins to turn, unless it is driven. */
  public void start() {
    if (drive == null) {
      startThread();
    }
  }

  void startThread() {
    worker.start();
  }

  /** Ends the turning, from any thread. */
  public void stop() {
    stopping = true;
    wake();
  }

  void wake() {
    selector.wakeup();
  }

  /** Ends the turning, waits for that, and closes what this has opened. */
  public void destroy() {
    try {
      stop();
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ctx.closeSelector(selector);
    }
  }

  @Override
  public void run() {
    try {
      settle();
      while (!stopping) {
        turn(FOREVER);
      }
    } finally {
      stopped.countDown();
    }
  }

  /** Waits for so long for something to happen, and sees to all that has. */
  void turn(long timeoutNs) {
    takeUpChanges();
    try {
      boolean left = drive != null && drive.isRung();
      long waitNs = left ? 0 : Math.min(timeoutNs, nextTimerInNs());
      if (waitNs <= 0) {
        selector.selectNow(dispatch);
      } else if (waitNs == FOREVER) {
        selector.select(dispatch);
      } else {
        selector.select(dispatch, waitNs / 1_000_000 + 1);
      }
    } catch (ClosedSelectorException e) {
      stopping = true; // the context closes it when it ends
      return;
    } catch (IOException e) {
      throw new ZError.IOException(e);
    }
    runTimers();
    settle();
  }

  /** Sees to what is left to do without a look at the channels. */
  void settle() {
    boolean more;
    do {
      more = drive != null && drive.takeRing();
      if (more) {
        guarded(mailbox, SelectionKey.OP_READ);
      }
      Handle writer;
      while ((writer = writers.poll()) != null) {
        writer.asked = false;
        if (writer.wants(SelectionKey.OP_WRITE)) {
          guarded(writer, SelectionKey.OP_WRITE);
        }
      }
    } while (more);
  }

  private void takeUpChanges() {
    for (int i = 0; i < changed.size(); i++) {
      Handle handle = changed.get(i);
      handle.changed = false;
      if (!handle.gone) {
        takeUp(handle);
      }
    }
    changed.clear();
    for (int i = 0; i < retired.size(); i++) {
      SelectionKey key = retired.get(i).key;
      if (key != null && key.attachment() == retired.get(i)) { // nobody has taken the channel over
        key.cancel();
      }
    }
    retired.clear();
  }

  private void takeUp(Handle handle) {
    try {
      if (handle.key == null) {
        handle.key = handle.channel.keyFor(selector);
        if (handle.key == null) {
          handle.key = handle.channel.register(selector, handle.ops, handle);
          return;
        }
        handle.key.attach(handle);
      }
      handle.key.interestOps(handle.ops);
    } catch (ClosedChannelException | CancelledKeyException e) {
      failures.uncaughtException(worker, e);
    }
  }

  private void dispatch(SelectionKey key) {
    Handle handle = (Handle) key.attachment();
    int ready = readyOps(key);
    for (int op = SelectionKey.OP_ACCEPT; op > 0 && ready != 0; op >>= 1) { // to accept, to connect, to write, to read
      if ((ready & op) != 0 && handle.wants(op)) {
        guarded(handle, op);
      }
    }
  }

  /** Nothing if its channel was closed, by another handle's ears or in another thread. */
  private static int readyOps(SelectionKey key) {
    try {
      return key.readyOps();
    } catch (CancelledKeyException e) {
      return 0;
    }
  }

  private void guarded(Handle handle, int op) {
    try {
      switch (op) {
        case SelectionKey.OP_ACCEPT -> accept(handle);
        case SelectionKey.OP_CONNECT -> handle.ears.connectEvent();
        case SelectionKey.OP_WRITE -> handle.ears.outEvent();
        case SelectionKey.OP_READ -> handle.ears.inEvent();
        default -> {}
      }
    } catch (RuntimeException e) {
      failures.uncaughtException(worker, e);
    }
  }

  /** Who is driven takes in itself, in the same turn, what its listener accepts. */
  private void accept(Handle listener) {
    vain++;
    listener.ears.acceptEvent();
    if (drive != null && vain > VAIN_MAX) {
      change(listener, listener.ops & ~SelectionKey.OP_ACCEPT);
      addTimer(ACCEPT_PAUSE_MS, new Rest(listener), 0);
    }
  }

  private long nextTimerInNs() {
    Due next;
    while ((next = dues.peek()) != null && timers.get(next.timer) != next) {
      dues.poll(); // cancelled
    }
    return next == null ? FOREVER : Math.max(0, next.atNs - System.nanoTime());
  }

  private void runTimers() {
    while (nextTimerInNs() == 0) {
      Timer timer = dues.remove().timer;
      timers.remove(timer);
      try {
        timer.ears.timerEvent(timer.id);
      } catch (RuntimeException e) {
        failures.uncaughtException(worker, e);
      }
    }
  }
}
