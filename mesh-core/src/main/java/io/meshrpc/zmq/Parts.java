package io.meshrpc.zmq;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A batch of a client. If it holds only requests, and many, it is taken up in parts: by who is done with one there
 * is room for the next, and no request need wait in the queue. Owned by the loop.
 */
final class Parts {
  static final int PART_MAX = 64;

  private @Nullable Batch batch;
  private long route;
  private int from;

  /** Holds it, in place of the one before, which is taken up. */
  void hold(long route, Batch batch) {
    this.route = route;
    this.batch = batch;
    from = 0;
  }

  /** Whose it is. */
  long route() {
    return route;
  }

  boolean hasNext() {
    return batch != null;
  }

  /** The next part. Only if there is one. */
  Batch next() {
    Batch whole = Objects.requireNonNull(batch, "batch");
    List<Packet> packets = whole.packets();
    int count = packets.size();
    if (from == 0 && (count <= PART_MAX || !areRequests(packets))) {
      batch = null;
      return whole;
    }
    int to = Math.min(count, from + PART_MAX);
    List<Packet> part = new ArrayList<>(packets.subList(from, to));
    from = to;
    batch = to < count ? whole : null;
    return new Batch(whole.session(), whole.ackBelow(), whole.load(), part);
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
