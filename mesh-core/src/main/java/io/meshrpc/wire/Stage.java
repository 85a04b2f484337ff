package io.meshrpc.wire;

/** How far an attempt had come when it was cancelled; in the order of the numbers on the wire. */
public enum Stage {
  UNKNOWN,
  NOT_STARTED,
  RUNNING,
  FINISHED,
  FORGOTTEN
}
