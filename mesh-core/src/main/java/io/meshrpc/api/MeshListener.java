package io.meshrpc.api;

/**
 * Hears the news of a node. Called from a thread of its own, one piece of news after the other; what
 * it throws is logged. One that is given to several nodes is called by a thread of each. All methods do
 * nothing by default.
 */
public interface MeshListener {
  /** Hears nothing. */
  MeshListener NONE = new MeshListener() {};

  /**
   * A server moved in the client's liveness table. One that is taken out of it, by {@code
   * MeshClient.disconnect} or because it is no longer of the client's subset, becomes {@link
   * PeerState#DOWN} first. The end of the client itself moves none.
   */
  default void onTransition(Transition transition) {}

  /** Bytes came that are not of the mesh; they were dropped. */
  default void onStrayBytes(StrayBytes stray) {}

  /** A server refused a connection, or ended it, for want of trust; a client refused a server. */
  default void onRefusedPeer(RefusedPeer refused) {}

  /**
   * This server closed a connection, or did not let it in: it took too much, said nothing, or there
   * were too many. Or it ended before its first frame, as one does that does not speak ZeroMQ.
   */
  default void onClosedConnection(ClosedConnection closed) {}

  /**
   * A move in the liveness table.
   *
   * @param endpoint the server's address
   * @param incarnation its node id, 32 hexadecimal digits; empty if it never said
   * @param from where it stood
   * @param to where it stands
   * @param reason why, in words
   */
  record Transition(
      String endpoint, String incarnation, PeerState from, PeerState to, String reason) {}

  /**
   * Bytes that were dropped.
   *
   * @param address of who sent them, as far as it is known
   * @param bytes how many
   * @param reason what was wrong with them
   * @param total how many times this has happened to this node
   */
  record StrayBytes(String address, int bytes, String reason, long total) {}

  /**
   * A peer that was refused.
   *
   * @param peer its address, as far as it is known
   * @param reason why, in words
   * @param total how many times this node has refused somebody
   */
  record RefusedPeer(String peer, String reason, long total) {}

  /**
   * A connection that a server closed.
   *
   * @param address of the other side, with its port
   * @param reason why, in words
   * @param total how many times this has happened to this server
   */
  record ClosedConnection(String address, String reason, long total) {}
}
