package io.meshrpc.core;

import io.meshrpc.wire.Packet;

/** What a {@link ServerEngine} wants done. Takes notes and never calls back. */
public interface ServerOutbox {
  /** Sends a record to a connection, in a batch with this session. */
  void send(long route, long session, Packet packet);

  /** Runs the handler; its end comes back as {@link ServerEngine#onFinished}. */
  void invoke(ServerCall call);

  /** Tells the handler that nobody waits for it any more. */
  void cancelRunning(ServerCall call);

  /** A client has gone for good; its connection may be forgotten. */
  void sessionClosed(long route);
}
