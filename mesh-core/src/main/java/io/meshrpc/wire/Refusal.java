package io.meshrpc.wire;

/** What came belongs to no session, or none could be opened. */
public record Refusal(
    Reason reason, String text, int versionMin, int versionMax, int retryAfterMs, long epoch)
    implements Packet {
  /** Why; in the order of the numbers on the wire. */
  public enum Reason {
    UNSPECIFIED,
    VERSION,
    TOO_MANY_CLIENTS,
    UNKNOWN_SESSION,
    MALFORMED,
    NOT_AUTHORIZED
  }
}
