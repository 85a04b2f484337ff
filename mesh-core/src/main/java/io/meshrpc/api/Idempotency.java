package io.meshrpc.api;

/** The contract of a method: {@code option idempotency_level} of protobuf. */
public enum Idempotency {
  /** Nothing said: a second execution may do harm, so there is none. */
  UNSPECIFIED,
  /** The method only reads. */
  NO_SIDE_EFFECTS,
  /** Executing it twice does what executing it once does. */
  IDEMPOTENT;

  /** Whether a call that may have run may run once more, elsewhere. */
  public boolean allowsSecondExecution() {
    return this != UNSPECIFIED;
  }
}
