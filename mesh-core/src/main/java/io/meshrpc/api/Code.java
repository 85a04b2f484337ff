package io.meshrpc.api;

/** The canonical status codes of gRPC, with its numbers. */
public enum Code {
  /** The call succeeded. */
  OK,
  /** The caller cancelled the call. */
  CANCELLED,
  /** An error that says no more, such as a handler's exception. */
  UNKNOWN,
  /** The request is wrong, whatever the state of the server. */
  INVALID_ARGUMENT,
  /** The deadline passed before the call was answered. */
  DEADLINE_EXCEEDED,
  /** What was asked for does not exist. */
  NOT_FOUND,
  /** What was to be made exists already. */
  ALREADY_EXISTS,
  /** The caller may not do this. */
  PERMISSION_DENIED,
  /** A queue is full, a limit is reached, or a packet is too large. */
  RESOURCE_EXHAUSTED,
  /** The server's state does not allow the call now. */
  FAILED_PRECONDITION,
  /** The work was given up, typically for a conflict. */
  ABORTED,
  /** The request went past the valid range. */
  OUT_OF_RANGE,
  /** All servers are connected, and none offers the method. */
  UNIMPLEMENTED,
  /** An invariant broke. */
  INTERNAL,
  /** No server could be had, or it went away. */
  UNAVAILABLE,
  /** Data was lost or damaged beyond repair. */
  DATA_LOSS,
  /** The caller did not say who it is. */
  UNAUTHENTICATED;

  private static final Code[] BY_NUMBER = values();

  /** The number on the wire: 0 for {@link #OK}, up to 16. */
  public int number() {
    return ordinal();
  }

  /** The code with this number; {@link #UNKNOWN} for a number that is not one of gRPC's. */
  public static Code of(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
  }
}
