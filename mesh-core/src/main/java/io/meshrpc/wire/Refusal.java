package io.meshrpc.wire;

/**
 * Server to client: what came belongs to no session, or no session could be opened.
 *
 * @param reason why
 * @param text for people
 * @param versionMin the least version that the server speaks
 * @param versionMax the greatest
 * @param retryAfterMs no Hello before this time has passed; see {@link #retryAfterNs}
 * @param epoch that of the Hello; 0 if none is refused
 */
public record Refusal(
    Reason reason, String text, int versionMin, int versionMax, int retryAfterMs, long epoch)
    implements Packet {
  private static final long RETRY_AFTER_MIN_NS = 1_000_000_000L;
  private static final long RETRY_AFTER_MAX_NS = 60_000_000_000L;

  /** Why the server refuses. The order is that of the numbers on the wire. */
  public enum Reason {
    /** Nothing said, or something that this version does not know. */
    UNSPECIFIED,
    /** The versions do not overlap. */
    VERSION,
    /** The server has as many clients as it takes. */
    TOO_MANY_CLIENTS,
    /** The session is not one of this server's, or has ended. */
    UNKNOWN_SESSION,
    /** The Hello lacks something, or a field is out of its range. */
    MALFORMED,
    /** The client may not speak here. */
    NOT_AUTHORIZED
  }

  /**
   * For how long a client leaves the server alone: a second at least, and a minute at most, for another may
   * stand in its place long before it says.
   */
  public long retryAfterNs() {
    long wishedNs = (retryAfterMs & 0xFFFFFFFFL) * 1_000_000L;
    return Math.max(RETRY_AFTER_MIN_NS, Math.min(RETRY_AFTER_MAX_NS, wishedNs));
  }
}
