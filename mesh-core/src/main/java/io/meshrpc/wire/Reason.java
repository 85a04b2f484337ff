package io.meshrpc.wire;

/** Why the mesh, and not a handler, ended an attempt; in the order of the numbers on the wire. */
public enum Reason {
  HANDLER,
  QUEUE_FULL,
  WOULD_MISS_DEADLINE,
  EXPIRED_IN_QUEUE,
  REVOKED,
  DRAINING,
  STALE_SESSION,
  UNKNOWN_METHOD,
  FORGOTTEN,
  TOO_LARGE,
  MALFORMED_REQUEST,
  EXPIRED_RUNNING,
  CANCELLED_RUNNING,
  SHED
}
