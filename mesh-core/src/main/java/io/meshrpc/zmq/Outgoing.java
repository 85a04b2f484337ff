package io.meshrpc.zmq;

import io.meshrpc.api.LoadReport;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects what goes to each connection in a turn, so that it leaves as one batch. */
final class Outgoing {
  private static final int BATCH_BYTES_MAX = 256 << 10;
  private static final int RECORD_BYTES = 64; // about what a record takes besides what it carries

  private final Map<Long, Waiting> byRoute = new LinkedHashMap<>();
  private final Reports reports;

  /** Where each batch gets its report of load from. */
  interface Reports {
    /** How busy this node is; null if it is none that reports. */
    @Nullable
    LoadReport load();
  }

  Outgoing(Reports reports) {
    this.reports = reports;
  }

  private static final class Waiting {
    long session;
    int bytes;
    List<Packet> packets = new ArrayList<>();
  }

  void add(long route, long session, Packet packet, Transport transport, long ackBelow) {
    Waiting waiting = byRoute.computeIfAbsent(route, any -> new Waiting());
    boolean other = waiting.session != session;
    if (!waiting.packets.isEmpty() && (other || waiting.bytes > BATCH_BYTES_MAX)) {
      send(route, waiting, transport, ackBelow, reports.load());
    }
    waiting.session = session;
    waiting.bytes += bytes(packet);
    waiting.packets.add(packet);
  }

  void flush(Transport transport, long ackBelow) {
    if (byRoute.isEmpty()) {
      return;
    }
    LoadReport load = reports.load();
    for (Map.Entry<Long, Waiting> entry : byRoute.entrySet()) {
      send(entry.getKey(), entry.getValue(), transport, ackBelow, load);
    }
    byRoute.clear();
  }

  private static void send(
      long route, Waiting waiting, Transport transport, long ackBelow, @Nullable LoadReport load) {
    transport.send(
        route, BatchCodec.encode(new Batch(waiting.session, ackBelow, load, waiting.packets)));
    waiting.packets = new ArrayList<>();
    waiting.bytes = 0;
  }

  private static int bytes(Packet packet) {
    if (packet instanceof Request request) {
      return RECORD_BYTES + request.payload().length + request.metadata().bytes();
    }
    if (packet instanceof Response response) {
      int text = response.text().length();
      return RECORD_BYTES + response.payload().length + response.metadata().bytes() + text;
    }
    return RECORD_BYTES;
  }
}
