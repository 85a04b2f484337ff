package io.meshrpc;

import io.meshrpc.api.MeshListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;

/** A server, whoever means it ill, and an honest client that is served all the while. */
abstract class HostileStory {
  final List<MeshListener.ClosedConnection> closed = new CopyOnWriteArrayList<>();
  final List<RawPeer> peers = new ArrayList<>();
  MeshServer server;
  HonestCallers honest;

  void begin(MeshServerBuilder settings) {
    server = settings.build().start();
    honest = new HonestCallers(server);
  }

  @AfterEach
  void hasServedAllTheWhile() throws Exception {
    honest.goOn();
    for (RawPeer peer : peers) {
      peer.close();
    }
    honest.close();
    server.close();
  }

  RawPeer kept(RawPeer peer) {
    peers.add(peer);
    return peer;
  }
}
