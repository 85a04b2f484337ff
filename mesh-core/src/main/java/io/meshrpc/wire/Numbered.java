package io.meshrpc.wire;

/** What belongs to a call, whose number no other of its client has. */
public interface Numbered {
  /** The number. */
  long seq();
}
