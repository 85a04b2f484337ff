package io.meshrpc.wire;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.Metadata;

/**
 * Server to client: the end of one attempt. What is encoded stands in two arrays, as in a {@link Request}.
 *
 * @param seq the call's number
 * @param attempt the latest attempt of this call that the server has got
 * @param ending how it ended
 * @param queueUs how long the work waited
 * @param serviceUs how long it ran
 * @param usualServiceUs what calls of this method usually take here
 * @param metadata named values
 * @param held an array in which the encoded reply is, or its head; not to be changed once handed over
 * @param from where in it
 * @param headBytes how many of its bytes are of the reply
 * @param tail what follows these, a whole array; not to be changed either
 */
public record Response(
    long seq,
    int attempt,
    Ending ending,
    long queueUs,
    long serviceUs,
    long usualServiceUs,
    Metadata metadata,
    byte[] held,
    int from,
    int headBytes,
    byte[] tail)
    implements Packet, Numbered {
  /** {@link #pushbackMs} that forbids another attempt of the call at this server. */
  public static final int NEVER = -1;

  /**
   * One whose payload is a whole array; not to be changed once handed over.
   *
   * @throws IllegalArgumentException if the execution is one that no server can vouch for
   */
  public Response(
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
      byte[] payload) {
    this(
        seq,
        attempt,
        Ending.of(execution, code, reason, text, pushbackMs),
        queueUs,
        serviceUs,
        usualServiceUs,
        metadata,
        payload,
        0,
        payload.length,
        FieldReader.NO_BYTES);
  }

  /** What became of the work; never {@link Execution#NOT_SENT}. */
  public Execution execution() {
    return ending.execution();
  }

  /** How it ended. */
  public Code code() {
    return ending.code();
  }

  /** Why the mesh, and not the handler, says so. */
  public Reason reason() {
    return ending.reason();
  }

  /** For people; empty when OK. */
  public String text() {
    return ending.text();
  }

  /** Not again at this server before this time has passed; 0: nothing said; or {@link #NEVER}. */
  public int pushbackMs() {
    return ending.pushbackMs();
  }

  /** The encoded reply: a copy, unless it is a whole array. */
  public byte[] payload() {
    return Slices.whole(held, from, headBytes, tail);
  }

  /** How many bytes the encoded reply has. */
  public int payloadBytes() {
    return Slices.bytes(headBytes, tail);
  }

  /** The reply itself. */
  public <T> T decode(Marshaller<T> marshaller) {
    return Slices.decode(marshaller, held, from, headBytes, tail);
  }

  /** Bytes of payload and metadata, and characters of the text. */
  public long bytes() {
    return (long) payloadBytes() + metadata.bytes() + text().length();
  }
}
