package io.meshrpc.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** All lanes between clients and servers. */
final class Network {
  private final Kernel kernel;
  private final Options options;
  private final Trace trace;
  private final RandomGenerator random;
  private final Hostility hostility;
  private final List<List<Lane>> toServer = new ArrayList<>(); // by client and server
  private final List<List<Lane>> toClient = new ArrayList<>();
  private long dropped;
  private boolean healed;

  Network(Kernel kernel, Options options, Trace trace, Streams streams) {
    this.kernel = kernel;
    this.options = options;
    this.trace = trace;
    this.random = streams.of("network");
    this.hostility = new Hostility(options, streams.of("hostility"));
  }

  private Lane lane(List<List<Lane>> lanes, SimClient client, SimServer server) {
    while (lanes.size() <= client.index()) {
      lanes.add(new ArrayList<>());
    }
    List<Lane> row = lanes.get(client.index());
    while (row.size() <= server.index()) {
      row.add(new Lane(kernel, options, random));
    }
    return row.get(server.index());
  }

  Kernel kernel() {
    return kernel;
  }

  Options options() {
    return options;
  }

  RandomGenerator random() {
    return random;
  }

  Lane toServer(SimClient client, SimServer server) {
    return lane(toServer, client, server);
  }

  Lane toClient(SimClient client, SimServer server) {
    return lane(toClient, client, server);
  }

  /** Beyond so many frames in a pipe more are dropped. */
  int pipeFramesMax() {
    return healed ? Integer.MAX_VALUE : options.pipeFramesMax;
  }

  Pipe pipe(Lane lane, Pipe.Mouth mouth) {
    return new Pipe(kernel, lane, hostility, mouth);
  }

  void dropped(Link link, SimServer server) {
    dropped++;
    trace.add(
        kernel.nowNs(),
        Trace.What.DROPPED,
        link.client().index(),
        server.index(),
        link.route(),
        0,
        null);
  }

  /** Frames dropped because a pipe was full. */
  long dropped() {
    return dropped;
  }

  /** Everything passes again, as it was sent. */
  void heal() {
    healed = true;
    hostility.end();
    openLanes();
  }

  /** Until when something is under way that was sent before now, if nothing is in its way. */
  long latestNs() {
    return lanes().mapToLong(Lane::latestNs).reduce(kernel.nowNs(), Math::max);
  }

  /** All lanes let everything pass again. */
  void openLanes() {
    lanes().forEach(Lane::heal);
  }

  private Stream<Lane> lanes() {
    return Stream.of(toServer, toClient).flatMap(List::stream).flatMap(List::stream);
  }
}
