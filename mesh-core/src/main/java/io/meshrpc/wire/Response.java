package io.meshrpc.wire;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;

/** The end of one attempt. */
public record Response(
    long seq,
    int attempt,
    Execution execution,
    Code code,
    Reason reason,
    String text,
    int pushbackMs,
    long queueUs,
    long serviceUs,
    long usualServiceUs,
    Metadata metadata,
    byte[] payload)
    implements Packet {
  /** The pushback that means: do not try this call again. */
  public static final int NEVER_AGAIN = -1;
}
