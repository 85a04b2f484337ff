package io.meshrpc.wire;

/**
 * Why the mesh, and not the handler, answers so. The order is that of the numbers on the wire, save
 * for {@link #UNRECOGNIZED}.
 */
public enum Reason {
  /** The handler said so. */
  HANDLER,
  /** The queue is full, by count or by bytes. */
  QUEUE_FULL,
  /** At the door: the wait and the work would not fit in the time left. */
  WOULD_MISS_DEADLINE,
  /** The deadline passed in the queue; the work did not start. */
  EXPIRED_IN_QUEUE,
  /** Taken back by Cancel while it was queued. */
  REVOKED,
  /** The server drains. */
  DRAINING,
  /** The request was written for another session. */
  STALE_SESSION,
  /** The server has no method of this number. */
  UNKNOWN_METHOD,
  /** A repeat of a call whose answer the server no longer remembers. */
  FORGOTTEN,
  /** The request, its metadata or the reply is larger than the limit. */
  TOO_LARGE,
  /** A field is out of its range. */
  MALFORMED_REQUEST,
  /** The handler was still running when the deadline passed. */
  EXPIRED_RUNNING,
  /** The client cancelled the call while its handler ran. */
  CANCELLED_RUNNING,
  /** The server is overloaded and sheds work that has waited too long. */
  SHED,
  /** The server does not let this caller call this method. */
  NOT_AUTHORIZED,
  /** A later version's reason, which only the code and the execution explain. Never sent. */
  UNRECOGNIZED
}
