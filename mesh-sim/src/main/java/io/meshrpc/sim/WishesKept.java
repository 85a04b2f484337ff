package io.meshrpc.sim;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Goaway;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.Welcome;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * I11: a server process that drains, as the client has read, gets no other call from it; and a call that
 * it refused for a while does not come again before. To be asked for what it remembers is another matter.
 */
final class WishesKept implements Invariant {
  private final Map<Way, Wishes> all = new HashMap<>(); // looked up, never walked

  private record Way(SimClient client, int boot, SimServer server) {}

  /** Of one server process. */
  private static final class Wishes {
    final NodeId process;
    final Map<Long, Long> notBeforeNs = new HashMap<>(); // by call, on the client's clock
    boolean draining;

    Wishes(NodeId process) {
      this.process = process;
    }

    void refuse(SimCall call, int pushbackMs) {
      long untilNs = call.client.shownNs() + pushbackMs * 1_000_000L;
      notBeforeNs.put(call.id, pushbackMs == Response.NEVER ? Long.MAX_VALUE : untilNs);
    }
  }

  @Override
  public void onHeard(SimClient client, SimServer server, Batch batch) {
    Way way = new Way(client, client.boot(), server);
    for (Packet packet : batch.packets()) {
      Wishes known = all.get(way);
      if (packet instanceof Welcome welcome) {
        onWelcome(way, known, welcome);
      } else if (packet instanceof Goaway && known != null) {
        known.draining = true;
      } else if (packet instanceof Response response && known != null) {
        onResponse(way, known, response);
      }
    }
  }

  private void onWelcome(Way way, @Nullable Wishes known, Welcome welcome) {
    Wishes wishes = known != null && known.process.equals(welcome.nodeId())
        ? known
        : new Wishes(welcome.nodeId());
    wishes.draining |= welcome.draining();
    all.put(way, wishes);
  }

  private static void onResponse(Way way, Wishes wishes, Response response) {
    SimCall call = way.client.call(way.boot, response.seq());
    if (call != null && response.pushbackMs() != 0 && isLatest(call, way.server, response)) {
      wishes.refuse(call, response.pushbackMs());
    }
  }

  /** An answer to an earlier sending says nothing of the later one. */
  private static boolean isLatest(SimCall call, SimServer server, Response response) {
    int latest = 0;
    for (SimCall.Send send : call.sends) {
      latest = send.server() == server.index() ? send.attempt() : latest;
    }
    return response.attempt() == latest;
  }

  @Override
  public void onSend(SimClient client, SimCall call, long route, Request request) {
    int index = call.sends.get(call.sends.size() - 1).server();
    SimServer server = client.sim.servers.get(index);
    Wishes wishes = all.get(new Way(client, client.boot(), server));
    if (wishes != null && !request.repeat()) {
      check(wishes, server, call);
    }
  }

  private static void check(Wishes wishes, SimServer server, SimCall call) {
    if (wishes.draining) {
      throw new Violation("I11", server + " drains and is sent: " + call);
    }
    long earlyNs = wishes.notBeforeNs.getOrDefault(call.id, 0L) - call.client.shownNs();
    if (earlyNs > 0) {
      String text = "%s is sent again, %.3f ms too early: %s";
      throw new Violation("I11", text.formatted(server, earlyNs / 1e6, call));
    }
  }
}
