package io.meshrpc.api;

/**
 * What is known about a call's work at the servers. The mesh never guesses: it says {@link
 * #UNKNOWN} unless a server, or the lack of any sending, vouches for more.
 */
public enum Execution {
  /** No byte of the request left this process. */
  NOT_SENT,
  /** It was sent, and every server that got it vouches that its handler did not and will not run. */
  NOT_EXECUTED,
  /** A handler ran, and this is its answer; or it was to run, and could not read the request. */
  EXECUTED,
  /** It was sent, and a handler may have run, may be running or may yet run. */
  UNKNOWN
}
