package io.meshrpc.zmq;

import io.meshrpc.api.LoadReport;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchEncoder;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Collects what goes to each connection in a turn, so that it leaves as one batch. */
final class Outgoing {
  private static final int BATCH_COUNT_MAX = 128; // so that the other side begins early
  private static final int BATCH_BYTES_MAX = 256 << 10;
  private static final int RECORD_BYTES = 64; // about what a record takes besides what it carries

  private final Map<Long, Waiting> byRoute = new HashMap<>(); // looked up, never walked
  private final List<Waiting> waiting = new ArrayList<>(); // those with packets, in their order
  private final List<byte[]> attached = new ArrayList<>(); // to the batch that is sent
  private final BatchEncoder encoder = new BatchEncoder();
  private final Reports reports;
  private final LongSupplier ackBelow;
  private @Nullable Waiting latest; // most packets go where the one before went

  /** Where each batch gets its report of load from. */
  interface Reports {
    /** How busy this node is; null if it is none that reports. */
    @Nullable
    LoadReport load();
  }

  /** Asks both when something leaves. */
  Outgoing(Reports reports, LongSupplier ackBelow) {
    this.reports = reports;
    this.ackBelow = ackBelow;
  }

  private static final class Waiting {
    final long route;
    List<Packet> packets = new ArrayList<>(); // of one batch
    long session;
    long bytes;

    Waiting(long route) {
      this.route = route;
    }

    /** With a new list: a collector of garbage makes it dear to put new things into old ones. */
    void clear() {
      packets = new ArrayList<>(packets.size());
      bytes = 0;
    }
  }

  void add(long route, long session, Packet packet, Transport transport) {
    Waiting to = waitingFor(route);
    boolean other = to.session != session;
    boolean full = to.packets.size() >= BATCH_COUNT_MAX || to.bytes > BATCH_BYTES_MAX;
    if (!to.packets.isEmpty() && (other || full)) {
      send(to, transport, ackBelow.getAsLong(), reports.load());
    } else if (to.packets.isEmpty()) {
      waiting.add(to);
    }
    to.session = session;
    to.bytes += bytes(packet);
    to.packets.add(packet);
  }

  void flush(Transport transport) {
    if (waiting.isEmpty()) {
      return;
    }
    long below = ackBelow.getAsLong();
    LoadReport load = reports.load();
    for (int i = 0; i < waiting.size(); i++) {
      send(waiting.get(i), transport, below, load);
    }
    waiting.clear();
  }

  /** The connection is gone for good. What waits for it is dropped by the transport. */
  void forget(long route) {
    byRoute.remove(route);
    latest = null;
  }

  private Waiting waitingFor(long route) {
    Waiting known = latest;
    if (known == null || known.route != route) {
      known = byRoute.computeIfAbsent(route, Waiting::new);
      latest = known;
    }
    return known;
  }

  private void send(Waiting from, Transport transport, long below, @Nullable LoadReport load) {
    Batch batch = new Batch(from.session, below, load, from.packets);
    from.clear(); // what cannot be sent now could not be later
    if (transport.attaches()) {
      transport.send(from.route, encoder.encode(batch, attached), attached);
      attached.clear();
    } else {
      transport.send(from.route, encoder.encode(batch));
    }
  }

  private static long bytes(Packet packet) {
    if (packet instanceof Request request) {
      return RECORD_BYTES + request.bytes();
    }
    if (packet instanceof Response response) {
      return RECORD_BYTES + response.bytes();
    }
    return RECORD_BYTES;
  }
}
