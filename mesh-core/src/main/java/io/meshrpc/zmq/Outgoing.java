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

  private final Map<Long, Waiting> byRoute = new LinkedHashMap<>();

  private static final class Waiting {
    long session;
    int bytes;
    List<Packet> packets = new ArrayList<>();
  }

  void add(long route, long session, Packet packet, Transport transport, long ackBelow) {
    Waiting waiting = byRoute.computeIfAbsent(route, any -> new Waiting());
    boolean other = waiting.session != session;
    if (!waiting.packets.isEmpty() && (other || waiting.bytes > BATCH_BYTES_MAX)) {
      send(route, waiting, transport, ackBelow, null);
    }
    waiting.session = session;
    waiting.bytes += bytes(packet);
    waiting.packets.add(packet);
  }

  void flush(Transport transport, long ackBelow, @Nullable LoadReport load) {
    if (byRoute.isEmpty()) {
      return;
    }
    for (Map.Entry<Long, Waiting> entry : byRoute.entrySet()) {
      send(entry.getKey(), entry.getValue(), transport, ackBelow, load);
    }
    byRoute.clear();
  }

  boolean isEmpty() {
    return byRoute.isEmpty();
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
      return request.payload().length;
    }
    return packet instanceof Response response ? response.payload().length : 0;
  }
}
