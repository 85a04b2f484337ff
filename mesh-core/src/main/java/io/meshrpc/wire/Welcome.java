package io.meshrpc.wire;

import java.util.List;

/**
 * Server to client: the session is open.
 *
 * @param nodeId the server's incarnation
 * @param epoch that of the Hello
 * @param session random, never 0
 * @param version that both will speak
 * @param features that both know
 * @param name for people
 * @param services what can be called, and by which numbers
 * @param requestBytesMax the largest request payload that the server takes
 * @param metadataBytesMax the most metadata that it takes
 * @param uptimeMs how long the server has been up
 * @param draining whether it takes no new requests
 */
public record Welcome(
    NodeId nodeId,
    long epoch,
    long session,
    int version,
    long features,
    String name,
    List<ServiceEntry> services,
    long requestBytesMax,
    long metadataBytesMax,
    long uptimeMs,
    boolean draining)
    implements Packet {
  /** Keeps its own list. */
  public Welcome {
    services = List.copyOf(services);
  }
}
