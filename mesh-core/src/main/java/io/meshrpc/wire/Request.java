package io.meshrpc.wire;

import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;

/** One attempt of one call. */
public record Request(
    long seq,
    int method,
    int attempt,
    long timeLeftUs,
    Priority priority,
    boolean idempotent,
    boolean repeat,
    Metadata metadata,
    byte[] payload)
    implements Packet {}
