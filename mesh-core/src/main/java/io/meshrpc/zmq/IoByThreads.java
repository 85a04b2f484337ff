package io.meshrpc.zmq;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQ;
import zmq.Msg;

/**
 * JeroMQ's threads read and write. The loop waits inside {@code recv}, not in a poller: JeroMQ's pollers
 * may spin while a sender is between writing its signal and counting it. Nobody interrupts the waiting
 * thread; {@link #wake} cancels the wait.
 */
final class IoByThreads implements SocketIo {
  private final ZMQ.Socket socket;
  private final Nudge nudge;
  private final AtomicBoolean cancelled = new AtomicBoolean();

  IoByThreads(ZMQ.Socket socket, Nudge nudge) {
    this.socket = socket;
    this.nudge = nudge;
  }

  @Override
  public void resetWake() {
    cancelled.set(false);
  }

  @Override
  public @Nullable Msg await(long timeoutNs) {
    boolean nudging = nudge.isWanted() && timeoutNs >= Nudge.EVERY_NS;
    long spanNs = nudging ? Nudge.EVERY_NS : timeoutNs;
    long ms = Math.min(Integer.MAX_VALUE, (spanNs + 999_999) / 1_000_000);
    socket.setReceiveTimeOut((int) ms);
    Msg msg = socket.base().recv(0, cancelled);
    if (msg == null && nudging && !cancelled.get()) {
      nudge.nudge();
    }
    return msg;
  }

  @Override
  public void wake() {
    socket.base().cancel(cancelled);
  }
}
