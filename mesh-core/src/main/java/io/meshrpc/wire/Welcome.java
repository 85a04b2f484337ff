package io.meshrpc.wire;

import java.util.List;

/** The session is open. */
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
    implements Packet {}
