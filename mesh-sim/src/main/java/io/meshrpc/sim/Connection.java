package io.meshrpc.sim;

import java.util.List;

/** One TCP connection, from the moment when it stands until both ends have forgotten it. */
final class Connection {
  final Link link;
  final SimServer server;
  final int boot; // of the server's process
  final long route; // the server's name for it
  private final Pipe toServer;
  private final Pipe toClient;
  private boolean broken; // no new frame of the client arrives
  private boolean silent; // and the client does not know

  Connection(Link link, SimServer server, long route) {
    Network network = link.network();
    this.link = link;
    this.server = server;
    this.boot = server.boot();
    this.route = route;
    this.toServer = network.pipe(network.toServer(link.client(), server), new Pipe.Mouth() {
      @Override
      public void onFrame(byte[] frame) {
        server.onFrame(Connection.this, frame);
      }

      @Override
      public void onEnd() {
        server.onGone(Connection.this);
      }
    });
    this.toClient = network.pipe(network.toClient(link.client(), server), new Pipe.Mouth() {
      @Override
      public void onFrame(byte[] frame) {
        link.onFrame(Connection.this, frame);
      }

      @Override
      public void onEnd() {
        link.onLost(Connection.this);
      }
    });
  }

  boolean isBroken() {
    return broken;
  }

  /** From the client; false if the connection is broken and the client knows or will soon know. */
  boolean writeToServer(byte[] frame) {
    return writeToServer(frame, 0);
  }

  /** As above, with a frame that takes so much longer. */
  boolean writeToServer(byte[] frame, long extraNs) {
    if (broken) {
      return silent;
    }
    if (toServer.size() >= link.network().pipeFramesMax()) {
      link.network().dropped(link, server);
    } else {
      toServer.write(frame, extraNs);
    }
    return true;
  }

  /** From the server. */
  void writeToClient(byte[] frame) {
    writeToClient(frame, 0);
  }

  /** As above, with a frame that takes so much longer. */
  void writeToClient(byte[] frame, long extraNs) {
    if (toClient.size() >= link.network().pipeFramesMax()) {
      link.network().dropped(link, server);
    } else {
      toClient.write(frame, extraNs);
    }
  }

  /** The client closes: what is in flight to the server still arrives, and then the end. */
  void closeByClient() {
    toClient.close();
    if (!broken) {
      broken = true;
      toServer.end();
    }
  }

  /** The server's process ends in order: what is in flight to the client still arrives. */
  void closeByServer() {
    if (!broken) {
      broken = true;
      link.keep(toServer.close());
      toClient.end();
    }
  }

  /** The connection breaks: what is in flight is lost. Who does not learn of it goes on writing. */
  void breakDown(boolean clientLearns, boolean serverLearns) {
    if (broken) {
      return;
    }
    broken = true;
    List<byte[]> undelivered = toServer.close();
    toClient.close();
    if (clientLearns) {
      link.keep(undelivered);
      tellClient();
    } else {
      silent = true;
    }
    if (serverLearns) {
      Network network = link.network();
      long spanNs = network.toServer(link.client(), server).latencyNs();
      network.kernel().in(spanNs, () -> server.onGone(this));
    }
  }

  /** The client of a silently dead connection learns at last. */
  void wakeUp() {
    if (silent) {
      silent = false;
      tellClient();
    }
  }

  private void tellClient() {
    Network network = link.network();
    Lane lane = network.toClient(link.client(), server);
    long spanNs = lane.isBlocked() ? 200_000_000L : lane.latencyNs();
    lane.expect(network.kernel().nowNs() + spanNs);
    network.kernel().in(spanNs, () -> {
      if (lane.isBlocked()) {
        tellClient();
      } else {
        link.onLost(this);
      }
    });
  }
}
