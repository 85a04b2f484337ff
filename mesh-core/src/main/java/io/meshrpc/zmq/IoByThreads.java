package io.meshrpc.zmq;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQ;
import zmq.Msg;

/**
 * JeroMQ's threads read and write. The loop waits inside {@code recv}, not in a poller: JeroMQ's pollers
 * may spin while a sender is between writing its signal and counting it. Nobody interrupts the waiting
 * thread; {@link #wake} cancels the wait.
 */
final class IoByThreads implements SocketIo {
  private final Nudge nudge;
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private ZMQ.@Nullable Socket socket;

  IoByThreads(Nudge nudge) {
    this.nudge = nudge;
  }

  @Override
  public ZMQ.Socket open(Supplier<ZMQ.Socket> making) {
    ZMQ.Socket made = making.get();
    socket = made;
    return made;
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
    ZMQ.Socket opened = opened();
    opened.setReceiveTimeOut((int) ms);
    Msg msg = opened.base().recv(0, cancelled);
    if (msg == null && nudging && !cancelled.get()) {
      nudge.nudge();
    }
    return msg;
  }

  @Override
  public void wake() {
    opened().base().cancel(cancelled);
  }

  private ZMQ.Socket opened() {
    if (socket == null) {
      throw new IllegalStateException("no socket was opened");
    }
    return socket;
  }
}
