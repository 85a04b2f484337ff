package io.meshrpc.core;

import io.meshrpc.api.MeshListener;
import io.meshrpc.wire.Packet;

/** What a {@link ClientEngine} wants done. Takes notes and never calls back. */
public interface ClientOutbox {
  /** Sends a record over a connection, in a batch with this session. */
  void send(long peer, long session, Packet packet);

  /** Opens a connection; its number is never used again. */
  void connect(long peer, String endpoint);

  /** Closes a connection and drops what it has not sent. */
  void disconnect(long peer);

  /** A call has ended. */
  void complete(ClientCall call);

  /** A server moved in the liveness table. */
  void transition(MeshListener.Transition transition);
}
