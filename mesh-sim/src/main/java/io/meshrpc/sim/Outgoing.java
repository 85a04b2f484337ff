package io.meshrpc.sim;

import io.meshrpc.api.LoadReport;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.Packet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what goes to each connection in a turn, so that it leaves as one batch, as it does live. */
final class Outgoing {
  /** Where frames go. */
  interface Exit {
    /** A frame for a connection. */
    void send(long route, byte[] frame);
  }

  private final List<Waiting> all = new ArrayList<>(); // few at a time

  private record Waiting(long route, long session, List<Packet> packets) {}

  void add(long route, long session, Packet packet) {
    for (int i = all.size() - 1; i >= 0; i--) {
      Waiting waiting = all.get(i);
      if (waiting.route == route) {
        if (waiting.session == session) {
          waiting.packets.add(packet);
          return;
        }
        break; // another session of the same connection follows in a batch of its own
      }
    }
    List<Packet> packets = new ArrayList<>(2);
    packets.add(packet);
    all.add(new Waiting(route, session, packets));
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  void flush(long ackBelow, @Nullable LoadReport load, Exit exit) {
    for (int i = 0; i < all.size(); i++) {
      Waiting waiting = all.get(i);
      Batch batch = new Batch(waiting.session, ackBelow, load, waiting.packets);
      exit.send(waiting.route, BatchCodec.encode(batch));
    }
    all.clear();
  }
}
