package zmq;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.atomic.AtomicBoolean;
import zmq.poll.Drive;
import zmq.util.Errno;

/**
 * Stands in for JeroMQ's class of this name: wakes the thread that owns a mailbox, through a pipe. It
 * differs in three things:
 *
 * <ul>
 *   <li>A signal is noted before it is written. JeroMQ's is counted after it: a reader that is woken in
 *       between finds a pipe that can be read and nothing to be read for, looks again, and again, and
 *       keeps the writer from going on for as long as its time slice is.
 *   <li>Where a signal has not been taken yet, no other is written.
 *   <li>What a {@linkplain Drive thread that drives its poller} signals to itself is not written.
 * </ul>
 *
 * <p>Not on the class path under this name; see {@code io.meshrpc.zmq.JeroMqCure}.
 */
final class Signaler implements Closeable {
  private static final int IO_THREAD = 2; // after who ends the context, and who ends the sockets
  private static final int SOCKETS = 3;

  private final Ctx ctx;
  private final int pid;
  private final Errno errno;
  private final Pipe pipe;
  private final Selector selector;
  private final AtomicBoolean written = new AtomicBoolean(); // there is a byte in the pipe, or about to be
  private final Drive drive; // null: none
  private boolean kept; // a signal of the driving thread to itself

  Signaler(Ctx ctx, int pid, Errno errno) {
    this.ctx = ctx;
    this.pid = pid;
    this.errno = errno;
    this.drive = pid >= IO_THREAD ? Drive.making() : null;
    try {
      pipe = Pipe.open();
      pipe.source().configureBlocking(false);
      pipe.sink().configureBlocking(false);
      selector = ctx.createSelector();
      pipe.source().register(selector, SelectionKey.OP_READ);
    } catch (IOException e) {
      throw new ZError.IOException(e);
    }
    if (drive != null) {
      drive.adopt(this::writeKept);
    }
  }

  SelectableChannel getFd() {
    return pipe.source();
  }

  /** By any writer, when what it signals can be seen. */
  void send() {
    if (drive != null && drive.isHere()) {
      kept = true;
      if (pid < SOCKETS) {
        drive.ring();
      }
    } else {
      write();
    }
  }

  private void write() {
    if (!written.getAndSet(true) && !moveByte(true)) {
      throw new ZError.IOException(new ClosedChannelException());
    }
  }

  /** The thread drives no more: others are to see what it has kept. */
  private void writeKept() {
    if (kept) {
      kept = false;
      write();
    }
  }

  /** By the reader: whether there is a signal, or came one within this many milliseconds; -1 is for ever. */
  boolean waitEvent(long timeoutMs) {
    if (Thread.interrupted()) {
      return fails(ZError.EINTR);
    }
    if (kept || written.get()) {
      return true;
    }
    if (timeoutMs == 0) {
      return fails(ZError.EAGAIN); // a system call for each look would cost more than a late one
    }
    int ready;
    try {
      ready = selector.select(Math.max(0, timeoutMs));
    } catch (ClosedSelectorException e) {
      return fails(ZError.EINTR);
    } catch (IOException e) {
      return fails(ZError.exccode(e));
    }
    boolean wokenForNothing = ready == 0 && timeoutMs < 0 && !selector.keys().isEmpty();
    if (Thread.interrupted() || wokenForNothing) {
      return fails(ZError.EINTR);
    }
    if (ready == 0) {
      return fails(ZError.EAGAIN);
    }
    selector.selectedKeys().clear();
    return true;
  }

  /** By the reader: takes a signal that is there. */
  void recv() {
    if (kept) {
      kept = false;
    } else if (moveByte(false)) {
      written.set(false); // before the reader looks at what was signalled
    }
  }

  private boolean fails(int why) {
    errno.set(why);
    return false;
  }

  /** Moves one byte into the pipe or out of it, whatever interrupts there are; false if the pipe is closed. */
  private boolean moveByte(boolean in) {
    boolean interrupted = Thread.interrupted();
    ByteBuffer one = ByteBuffer.wrap(new byte[1]);
    try {
      while (true) {
        int bytes = in ? pipe.sink().write(one) : pipe.source().read(one);
        if (bytes != 0) {
          return bytes > 0 || fails(ZError.EINTR);
        }
        Thread.yield(); // noted and not yet written: let the writer go on
      }
    } catch (ClosedChannelException e) {
      interrupted |= e instanceof ClosedByInterruptException;
      return fails(ZError.EINTR);
    } catch (IOException e) {
      throw new ZError.IOException(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  @SuppressWarnings("try") // they are there to be closed
  public void close() throws IOException {
    boolean interrupted = Thread.interrupted(); // or else the channels would not close in order
    try (Closeable forSelector = () -> ctx.closeSelector(selector);
        Closeable sink = pipe.sink();
        Closeable source = pipe.source()) {
      // closes in the order from the last to the first, all of them whatever fails
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public String toString() {
    return "Signaler[" + pid + "]";
  }
}
