package io.meshrpc.examples;

import io.meshrpc.MeshClient;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import java.util.Set;

/**
 * The servers of a client as somebody else lists them, such as a name server or a registry. One that leaves the
 * list usually drains: it stays connected for as long as it has work of this client.
 */
final class ServerList {
  private final MeshClient mesh;

  ServerList(MeshClient mesh) {
    this.mesh = mesh;
  }

  /** The list is this one now; to be called every few seconds, also if it has not changed. */
  void follow(Set<String> endpoints) {
    endpoints.forEach(mesh::connect); // nothing for those that are there
    for (PeerView server : mesh.peers()) {
      boolean atWork = server.state() != PeerState.DOWN && server.inFlight() > 0;
      if (!atWork && !endpoints.contains(server.endpoint())) {
        mesh.disconnect(server.endpoint());
      }
    }
  }
}
