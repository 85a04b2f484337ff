package io.meshrpc.zmq;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Batches of clients that are to be taken up, usually one. If one holds only requests, and many, it is taken up in
 * parts: by who is done with one there is room for the next, and no request need wait in the queue. Owned by the loop.
 */
final class Parts {
  static final int PART_MAX = 64;

  private final ArrayDeque<Part> held = new ArrayDeque<>();
  private int from; // of the first

  /** A batch, or a part of it, and whose it is. */
  record Part(long route, Batch batch) {}

  /** Holds it, behind those that are not taken up yet. */
  void hold(long route, Batch batch) {
    held.add(new Part(route, batch));
  }

  /** The connection is gone; what is left of it is not taken up. */
  void forget(long route) {
    Part first = held.peek();
    if (first != null && first.route == route) {
      from = 0;
    }
    held.removeIf(batch -> batch.route == route);
  }

  boolean hasNext() {
    return !held.isEmpty();
  }

  /** The next part. Only if there is one. */
  Part next() {
    Part first = held.element();
    Batch whole = first.batch;
    List<Packet> packets = whole.packets();
    int count = packets.size();
    if (from == 0 && (count <= PART_MAX || !areRequests(packets))) {
      return held.remove();
    }
    int to = Math.min(count, from + PART_MAX);
    List<Packet> some = packets.subList(from, to);
    from = to;
    if (to == count) {
      held.remove();
      from = 0;
    }
    return new Part(first.route, new Batch(whole.session(), whole.ackBelow(), whole.load(), some));
  }

  /** Of other kinds some mean one thing alone and another together. */
  private static boolean areRequests(List<Packet> packets) {
    for (int i = 0; i < packets.size(); i++) {
      if (!(packets.get(i) instanceof Request)) {
        return false;
      }
    }
    return true;
  }
}
