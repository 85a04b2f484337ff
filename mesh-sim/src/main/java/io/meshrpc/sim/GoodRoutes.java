package io.meshrpc.sim;

import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import io.meshrpc.wire.Request;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * I8: no request goes where the client knows that nobody listens, and no call waits for a first server
 * while one is up, but for the few milliseconds that a balancer may want for its probes, and after
 * an outage of all servers.
 */
final class GoodRoutes implements Invariant {
  private static final long WAIT_MAX_NS = 4_000_000; // 3 ms for probes, and a tick
  private final Map<SimClient, Wait> since = new HashMap<>(); // looked up, never walked

  @Override
  public void onSend(SimClient client, SimCall call, long route, Request request) {
    if (client.knowsRefused(route)) {
      throw new Violation("I8", client + " sends to a refused route " + route + ": " + call);
    }
  }

  @Override
  public void onClientTurn(SimClient client) {
    SimCall waiting =
        client.unsent().isEmpty() ? null : client.unsent().iterator().next();
    PeerView ready = waiting == null ? null : ready(client);
    if (waiting == null || ready == null || client.isRecovering()) {
      since.remove(client);
      return;
    }
    Wait wait = since.get(client);
    if (wait == null || wait.call != waiting) {
      since.put(client, new Wait(waiting, client.shownNs()));
    } else if (client.shownNs() - wait.sinceNs > WAIT_MAX_NS) {
      String text = "%s is %s and %s waits";
      throw new Violation("I8", text.formatted(ready.endpoint(), ready.state(), waiting));
    }
  }

  private static @Nullable PeerView ready(SimClient client) {
    for (PeerView peer : client.peers()) {
      if (peer.state() == PeerState.UP || peer.state() == PeerState.WARMING) {
        return peer;
      }
    }
    return null;
  }

  /** The first of a client's calls that were not sent while a server was there. */
  private record Wait(SimCall call, long sinceNs) {}
}
