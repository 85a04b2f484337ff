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
import java.util.concurrent.atomic.AtomicLong;
import zmq.util.Errno;

/**
 * Stands in for JeroMQ's class of this name: wakes the thread that owns a mailbox, through a pipe. The
 * one difference that matters is the order in {@link #send}: a signal is counted before it is written.
 * Counted after it, a reader that is woken in between finds a pipe that can be read and nothing to be
 * read for, looks again, and again, and keeps the writer from going on for as long as its time slice is.
 *
 * <p>Not on the class path under this name; see {@code io.meshrpc.zmq.SignalerCure}.
 */
final class Signaler implements Closeable {
  private final Ctx ctx;
  private final int pid;
  private final Errno errno;
  private final Pipe pipe;
  private final Selector selector;
  private final AtomicLong sent = new AtomicLong();
  private long received; // the reader's own

  Signaler(Ctx ctx, int pid, Errno errno) {
    this.ctx = ctx;
    this.pid = pid;
    this.errno = errno;
    try {
      pipe = Pipe.open();
      pipe.source().configureBlocking(false);
      pipe.sink().configureBlocking(false);
      selector = ctx.createSelector();
      pipe.source().register(selector, SelectionKey.OP_READ);
    } catch (IOException e) {
      throw new ZError.IOException(e);
    }
  }

  SelectableChannel getFd() {
    return pipe.source();
  }

  /** By a writer, one at a time. */
  void send() {
    sent.incrementAndGet();
    if (!moveByte(true)) {
      throw new ZError.IOException(new ClosedChannelException());
    }
  }

  /** By the reader: whether there is a signal, or came one within this many milliseconds; -1 is for ever. */
  boolean waitEvent(long timeoutMs) {
    if (Thread.interrupted()) {
      return fails(ZError.EINTR);
    }
    if (received < sent.get()) {
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
    if (moveByte(false)) {
      received++;
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
        Thread.yield(); // counted and not yet written: let the writer go on
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
