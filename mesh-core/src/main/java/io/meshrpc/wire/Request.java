package io.meshrpc.wire;

import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;

/**
 * Client to server: one attempt of one call.
 *
 * @param seq the call's number under the client's node id, from 1
 * @param method number of the method within the session
 * @param attempt from 1
 * @param timeLeftUs time left until the deadline, greater than 0
 * @param priority rank among waiting work
 * @param idempotent a second execution is allowed
 * @param repeat this server incarnation may have got this call before
 * @param announceStart say Started when the handler starts
 * @param metadata named values
 * @param payload the encoded request; not to be changed once handed over
 */
public record Request(
    long seq,
    int method,
    int attempt,
    long timeLeftUs,
    Priority priority,
    boolean idempotent,
    boolean repeat,
    boolean announceStart,
    Metadata metadata,
    byte[] payload)
    implements Packet {
  /** One whose start is not announced. */
  public Request(
      long seq,
      int method,
      int attempt,
      long timeLeftUs,
      Priority priority,
      boolean idempotent,
      boolean repeat,
      Metadata metadata,
      byte[] payload) {
    this(seq, method, attempt, timeLeftUs, priority, idempotent, repeat, false, metadata, payload);
  }

  /** Bytes of payload and metadata. */
  public int bytes() {
    return payload.length + metadata.bytes();
  }
}
