package io.meshrpc.zmq;

import org.jspecify.annotations.Nullable;
import zmq.Msg;

/**
 * Who reads from and writes to a socket's connections, and so how the loop waits. For the loop, but for
 * the wake-up.
 */
interface SocketIo {
  /** Moves what was sent on its way. */
  default void push() {}

  /** Takes in what has come. */
  default void look() {}

  /** Before the loop makes itself known as asleep. */
  default void resetWake() {}

  /**
   * Waits until something comes, {@link #wake} is called, or the time has passed; what came, if that is
   * known.
   */
  @Nullable
  Msg await(long timeoutNs);

  /** Ends a wait, from any thread. */
  void wake();

  /** Before the socket is closed: writes what was sent, if that takes no longer than this. */
  default void close(int lingerMs) {}
}
