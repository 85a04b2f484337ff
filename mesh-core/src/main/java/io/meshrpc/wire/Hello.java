package io.meshrpc.wire;

/**
 * Client to server: opens a session.
 *
 * @param nodeId the client's incarnation
 * @param epoch grows with every Hello of this node, to whatever endpoint
 * @param versionMin the least version that the client speaks
 * @param versionMax the greatest
 * @param features one bit for each that the client knows
 * @param name for people
 * @param responseBytesMax the largest reply payload that the client takes; 0: the default
 */
public record Hello(
    NodeId nodeId,
    long epoch,
    int versionMin,
    int versionMax,
    long features,
    String name,
    long responseBytesMax)
    implements Packet {
  /** The version of the protocol that is spoken here, by clients and by servers. */
  public static final int VERSION = 1;
}
