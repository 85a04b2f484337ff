package io.meshrpc.api;

/** How a server ranks waiting work, from the first to go to the last. */
public enum Priority {
  /** Work that may be dropped, such as prefetching. */
  SHEDDABLE,
  /** The default. */
  NORMAL,
  /** Ahead of most. */
  HIGH,
  /** Work without which nothing goes on. */
  CRITICAL
}
