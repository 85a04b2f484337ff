package io.meshrpc.sim;

import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.MalformedBatchException;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The simulated network, and nodes on it whose calls and handlers come from outside. This is what the
 * test kit, {@code io.meshrpc.testkit}, is built on, and not for users. Belongs to one thread.
 */
public final class DrivenMesh {
  private static final long FOREVER_NS = Long.MAX_VALUE / 4;

  private final World world;

  /** A mesh without nodes; all chance follows from the seed. */
  public DrivenMesh(long seed) {
    Options options = new Options();
    options.servers = 0;
    options.clients = 0;
    options.judged = false;
    this.world = new World(options, seed);
  }

  /** Adds a server, and starts its process. */
  public DrivenServer server(String name, DrivenServer.Role role) {
    DrivenServer server = new DrivenServer(world, world.servers.size(), name, role);
    world.servers.add(server);
    server.start();
    return server;
  }

  /** Adds a client, and starts its process. */
  public DrivenClient client(String name, DrivenClient.Role role) {
    DrivenClient client = new DrivenClient(world, world.clients.size(), name, role);
    world.clients.add(client);
    client.start();
    return client;
  }

  /** What time it is, since the mesh began. */
  public long nowNs() {
    return world.kernel.nowNs();
  }

  /** Lets the next thing happen that happens up to this moment; false if there is none. */
  public boolean step(long untilNs) {
    return world.kernel.step(untilNs);
  }

  /** Lets everything happen up to this moment. */
  public void runUntil(long untilNs) {
    world.kernel.runUntil(untilNs);
  }

  /** Plans an action; what lies in the past happens as soon as anything does. */
  public void at(long atNs, Runnable action) {
    world.kernel.at(atNs, action);
  }

  /** Whether a node's engine is at work, and must not be called. */
  public boolean isInTurn() {
    return world.inTurn;
  }

  /** How long frames take from now on: the base, and a lognormal span with this median on top. */
  public void setLatency(long baseNs, long jitterNs) {
    world.options.latencyNs = baseNs;
    world.options.jitterNs = jitterNs;
  }

  /** Nothing passes in these directions until {@link #heal}; what is written waits. */
  public void cut(DrivenClient client, DrivenServer server, boolean requests, boolean replies) {
    if (requests) {
      world.network.toServer(client, server).block(FOREVER_NS);
    }
    if (replies) {
      world.network.toClient(client, server).block(FOREVER_NS);
    }
  }

  /** Everything passes again, and what waited comes. */
  public void heal() {
    world.network.openLanes();
  }

  /** The connection of the two breaks, if there is one; what is in flight is lost. */
  public void breakDown(DrivenClient client, DrivenServer server, boolean bothLearn) {
    for (Link link : client.links()) {
      Connection connection = link.connection();
      if (link.server() == server && connection != null) {
        connection.breakDown(bothLearn, bothLearn);
      }
    }
  }

  /** A line for the trace. */
  public void note(String text) {
    world.trace(Trace.What.FAULT, null, null, 0, 0, text);
  }

  /** The last lines of what happened, the oldest first. */
  public List<String> trace() {
    int width = 1;
    for (SimNode node : world.servers) {
      width = Math.max(width, node.name().length());
    }
    for (SimNode node : world.clients) {
      width = Math.max(width, node.name().length());
    }
    String format = "%-" + width + "s ";
    return world.trace.tail(
        client -> format.formatted(client < 0 ? "" : world.clients.get(client).name()),
        server -> format.formatted(server < 0 ? "" : world.servers.get(server).name()));
  }

  /** A number over everything that happened: the same seed and the same story give the same one. */
  public long traceHash() {
    return world.trace.hash();
  }

  /** A simulation that nobody judges. */
  private static final class World extends Sim {
    boolean inTurn;

    World(Options options, long seed) {
      super(options, seed);
    }

    @Override
    void guard(SimNode node, Runnable turn) {
      inTurn = true;
      try {
        super.guard(node, turn);
      } finally {
        inTurn = false;
      }
    }

    @Override
    SimServer server(String endpoint) {
      for (SimServer server : servers) {
        if (server.endpoint().equals(endpoint)) {
          return server;
        }
      }
      throw new IllegalArgumentException("endpoint: " + endpoint + " (expected: that of a server)");
    }

    @Override
    @Nullable
    String describe(SimServer server, byte[] frame) {
      Batch batch;
      try {
        batch = BatchCodec.decode(frame);
      } catch (MalformedBatchException e) {
        return null;
      }
      StringJoiner text = new StringJoiner(", ");
      for (Packet packet : batch.packets()) {
        text.add(word((DrivenServer) server, packet));
      }
      return text.toString();
    }

    private static String word(DrivenServer server, Packet packet) {
      if (packet instanceof Request request) {
        String text = server.method(request.method()) + " as call " + request.seq() + ", attempt "
            + request.attempt();
        return request.repeat() ? text + ", asked again" : text;
      }
      if (packet instanceof Response response) {
        return response.code() + " [" + response.execution() + "] to call " + response.seq();
      }
      return packet.getClass().getSimpleName();
    }
  }
}
