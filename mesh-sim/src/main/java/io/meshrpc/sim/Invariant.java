package io.meshrpc.sim;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.PeerState;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import org.jspecify.annotations.Nullable;

/**
 * Something that holds whatever happens. Hears of everything that happens, as it happens, and throws
 * {@link Violation} when it does not hold.
 */
interface Invariant {
  /** An engine got a call. */
  default void onStarted(SimCall call) {}

  /** A client sends a request. */
  default void onSend(SimClient client, SimCall call, long route, Request request) {}

  /** A handler is about to start; it is not yet in the call's own list. */
  default void onRun(HandlerRun run) {}

  /** A server is about to answer. */
  default void onAnswer(SimServer server, SimCall call, Response response) {}

  /** A server is about to say that an attempt did not and will not run. */
  default void onTakenBack(SimServer server, SimCall call, int attempt) {}

  /** A server is about to report its load. */
  default void onLoad(SimServer server, LoadReport load) {}

  /** A server is about to read a request. */
  default void onAsked(SimServer server, SimCall call, Request request) {}

  /** A server is about to read a batch of this connection. */
  default void onRead(SimServer server, Connection from, Batch batch) {}

  /** A server is about to say something on this connection. */
  default void onSaid(SimServer server, Connection to, Packet packet) {}

  /** A server is about to learn that this connection, or the session on it, is no more. */
  default void onLost(SimServer server, Connection connection) {}

  /** A client is about to read a batch of this server. */
  default void onHeard(SimClient client, SimServer server, Batch batch) {}

  /** A server has moved in a client's liveness table. */
  default void onMoved(SimClient client, SimServer server, PeerState to, String reason) {}

  /** A call has ended; {@code again} if it had ended before. */
  default void onEnded(SimCall call, boolean again, @Nullable Response response) {}

  /** A client has done a turn of its loop. */
  default void onClientTurn(SimClient client) {}

  /** All faults have been healed long ago, and nothing is under way. */
  default void atRest(Sim sim) {}
}
