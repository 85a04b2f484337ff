package io.meshrpc.wire;

import io.meshrpc.api.Marshaller;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;

/**
 * Client to server: one attempt of one call. What is encoded stands in two arrays, of which the second is
 * empty for most: then the request is one part of one array.
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
 * @param held an array in which the encoded request is, or its head; not to be changed once handed over
 * @param from where in it
 * @param headBytes how many of its bytes are of the request
 * @param tail what follows these, a whole array; not to be changed either
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
    byte[] held,
    int from,
    int headBytes,
    byte[] tail)
    implements Packet {
  /** One whose payload is a whole array; not to be changed once handed over. */
  public Request(
      long seq,
      int method,
      int attempt,
      long timeLeftUs,
      Priority priority,
      boolean idempotent,
      boolean repeat,
      boolean announceStart,
      Metadata metadata,
      byte[] payload) {
    this(
        seq,
        method,
        attempt,
        timeLeftUs,
        priority,
        idempotent,
        repeat,
        announceStart,
        metadata,
        payload,
        0,
        payload.length,
        FieldReader.NO_BYTES);
  }

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

  /** The encoded request: a copy, unless it is a whole array. */
  public byte[] payload() {
    return Slices.whole(held, from, headBytes, tail);
  }

  /** How many bytes the encoded request has. */
  public int payloadBytes() {
    return Slices.bytes(headBytes, tail);
  }

  /** The request itself. */
  public <T> T decode(Marshaller<T> marshaller) {
    return Slices.decode(marshaller, held, from, headBytes, tail);
  }

  /** The same, which holds no array that others are in, too. */
  public Request alone() {
    return headBytes == held.length
        ? this
        : new Request(
            seq,
            method,
            attempt,
            timeLeftUs,
            priority,
            idempotent,
            repeat,
            announceStart,
            metadata,
            Slices.whole(held, from, headBytes),
            0,
            headBytes,
            tail);
  }

  /** Bytes of payload and metadata. */
  public int bytes() {
    return payloadBytes() + metadata.bytes();
  }
}
