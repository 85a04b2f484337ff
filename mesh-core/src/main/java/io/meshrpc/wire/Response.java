package io.meshrpc.wire;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;

/**
 * Server to client: the end of one attempt.
 *
 * @param seq the call's number
 * @param attempt the latest attempt of this call that the server has got
 * @param execution what became of the work; never {@link Execution#NOT_SENT}
 * @param code how it ended
 * @param reason why the mesh, and not the handler, says so
 * @param text for people; empty when OK
 * @param pushbackMs not again at this server before this time has passed; 0: nothing said; {@link
 *     #NEVER}: not at all
 * @param queueUs how long the work waited
 * @param serviceUs how long it ran
 * @param usualServiceUs what calls of this method usually take here
 * @param metadata named values
 * @param payload the encoded reply; not to be changed once handed over
 */
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
  /** {@link #pushbackMs} that forbids another attempt of the call at this server. */
  public static final int NEVER = -1;

  /**
   * Checks the execution.
   *
   * @throws IllegalArgumentException if it is one that no server can vouch for
   */
  public Response {
    if (execution == Execution.NOT_SENT) {
      throw new IllegalArgumentException(
          "execution: NOT_SENT (expected: EXECUTED, NOT_EXECUTED or UNKNOWN)");
    }
  }

  /** Bytes of payload and metadata, and characters of the text. */
  public long bytes() {
    return (long) payload.length + metadata.bytes() + text.length();
  }
}
