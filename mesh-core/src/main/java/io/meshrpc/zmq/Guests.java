package io.meshrpc.zmq;

import io.meshrpc.edge.Guest;
import org.jspecify.annotations.Nullable;

/** Users' code to which a loop lends its thread at the end of a turn. Called by the loop. */
public interface Guests {
  /** There is none, ever. */
  Guests NONE = new Guests() {
    @Override
    public @Nullable Guest next() {
      return null;
    }

    @Override
    public void onLeft(long tookNs, long nowNs) {}

    @Override
    public void onStays(long nowNs) {}

    @Override
    public void onDeclined() {}
  };

  /** Who has the thread next; null if nobody has it in this turn. */
  @Nullable
  Guest next();

  /** The latest of them has run, for so long, and the thread is the loop again. */
  void onLeft(long tookNs, long nowNs);

  /** The latest of them keeps its thread. Another is the loop from now on: the current one. */
  void onStays(long nowNs);

  /** The latest of them cannot have it: there is nobody to take over. */
  void onDeclined();
}
