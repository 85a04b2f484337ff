package io.meshrpc.zmq;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQ;
import zmq.Msg;

/** Who reads from and writes to a socket's connections, and so how the loop waits. For the loop, but for the wake-up. */
interface SocketIo {
  /** Makes the socket, the first of its context. */
  ZMQ.Socket open(Supplier<ZMQ.Socket> making);

  /** Moves what was sent on its way. */
  default void push() {}

  /** Takes in what has come. */
  default void look() {}

  /** Before the loop makes itself known as asleep. */
  default void resetWake() {}

  /** Waits until something comes, {@link #wake} is called, or the time has passed; what came, if that is known. */
  @Nullable
  Msg await(long timeoutNs);

  /** Ends a wait, from any thread. */
  void wake();

  /** Before the socket is closed: writes what was sent, if that takes no longer than this. */
  default void close(int lingerMs) {}
}
