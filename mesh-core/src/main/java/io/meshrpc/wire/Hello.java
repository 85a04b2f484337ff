package io.meshrpc.wire;

/** Opens a session. */
public record Hello(
    NodeId nodeId,
    long epoch,
    int versionMin,
    int versionMax,
    long features,
    String name,
    long responseBytesMax)
    implements Packet {}
