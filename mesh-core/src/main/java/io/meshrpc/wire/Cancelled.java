package io.meshrpc.wire;

/**
 * Server to client: the answer to every Cancel.
 *
 * @param seq the call's number
 * @param attempt which attempt
 * @param stage how far the work had come
 */
public record Cancelled(long seq, int attempt, Stage stage) implements Packet {
  /** How far the work had come. The order is that of the numbers on the wire. */
  public enum Stage {
    /** Nothing said, or something that this version does not know. */
    UNKNOWN,
    /** It did not run and will not. */
    NOT_STARTED,
    /** The handler runs; it has been told, unless the Cancel was for queued work only. */
    RUNNING,
    /** The handler had ended. */
    FINISHED,
    /** It may have run; the server does not remember. */
    FORGOTTEN
  }
}
