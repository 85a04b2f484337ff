package io.meshrpc.sim;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Welcome;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * I12: a handler starts only for a request that its server has read in the session of the call's client
 * that stands now: not for one that was written for another session, and not for one of an earlier
 * session before the next one has asked for the call, too.
 */
final class AskedInSession implements Invariant {
  private final Map<Way, Session> standing = new HashMap<>(); // looked up, never walked
  private final Map<Copy, Session> asked = new HashMap<>(); // looked up, never walked

  private record Way(SimServer server, int boot, SimClient client, int clientBoot) {}

  /** What one server process has of a call. */
  private record Copy(SimServer server, int boot, long call) {}

  private record Session(Connection connection, long number) {}

  @Override
  public void onSaid(SimServer server, Connection to, Packet packet) {
    if (packet instanceof Welcome welcome) {
      standing.put(way(server, to), new Session(to, welcome.session()));
    }
  }

  @Override
  public void onLost(SimServer server, Connection connection) {
    Session session = standing.get(way(server, connection));
    if (session != null && session.connection == connection) {
      standing.remove(way(server, connection));
    }
  }

  @Override
  public void onRead(SimServer server, Connection from, Batch batch) {
    Session session = null;
    for (Packet packet : batch.packets()) {
      SimCall call = packet instanceof Request asks ? server.sim.callOf(asks.payload()) : null;
      if (call != null) {
        session = session == null ? new Session(from, batch.session()) : session;
        onRead(server, session, call);
      }
    }
  }

  private void onRead(SimServer server, Session session, SimCall call) {
    if (session.equals(standing(server, call))) {
      asked.put(new Copy(server, server.boot(), call.id), session);
    }
  }

  @Override
  public void onRun(HandlerRun run) {
    onRun(run.server, run.call);
  }

  void onRun(SimServer server, SimCall call) {
    Session session = asked.get(new Copy(server, server.boot(), call.id));
    if (session == null) {
      throw new Violation("I12", server + " was not asked in any good session: " + call);
    }
    if (!session.equals(standing(server, call))) {
      throw new Violation("I12", server + " was asked in an earlier session: " + call);
    }
  }

  private @Nullable Session standing(SimServer server, SimCall call) {
    return standing.get(new Way(server, server.boot(), call.client, call.clientBoot));
  }

  private static Way way(SimServer server, Connection connection) {
    Link link = connection.link;
    return new Way(server, connection.boot, link.client(), link.boot());
  }
}
