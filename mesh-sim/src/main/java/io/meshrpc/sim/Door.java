package io.meshrpc.sim;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Packet;
import java.util.List;

/**
 * Stands before a server's engine. Every batch passes as it is, but a test may put another door in, to
 * show that the judges notice what an engine must never be given.
 */
interface Door {
  /** A batch has arrived; returns what the engine reads now. */
  default List<Batch> enter(long route, Batch batch) {
    return List.of(batch);
  }

  /** The engine answers. */
  default void leave(long route, Packet packet) {}
}
