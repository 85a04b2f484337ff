package io.meshrpc.sim;

import java.util.List;
import java.util.random.RandomGenerator;

/** All lanes between clients and servers. */
final class Network {
  private final Kernel kernel;
  private final Options options;
  private final Trace trace;
  private final RandomGenerator random;
  private final Hostility hostility;
  private final Lane[][] toServer; // by client and server
  private final Lane[][] toClient;
  private long dropped;
  private boolean healed;

  Network(Kernel kernel, Options options, Trace trace, Streams streams) {
    this.kernel = kernel;
    this.options = options;
    this.trace = trace;
    this.random = streams.of("network");
    this.hostility = new Hostility(options, streams.of("hostility"));
    this.toServer = lanes();
    this.toClient = lanes();
  }

  private Lane[][] lanes() {
    Lane[][] lanes = new Lane[options.clients][options.servers];
    for (Lane[] row : lanes) {
      for (int i = 0; i < row.length; i++) {
        row[i] = new Lane(kernel, options, random);
      }
    }
    return lanes;
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
    return toServer[client.index()][server.index()];
  }

  Lane toClient(SimClient client, SimServer server) {
    return toClient[client.index()][server.index()];
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
    for (Lane[][] lanes : List.of(toServer, toClient)) {
      for (Lane[] row : lanes) {
        for (Lane lane : row) {
          lane.heal();
        }
      }
    }
  }
}
