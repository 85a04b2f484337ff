package io.meshrpc.sim;

/** Something that happens at a moment. May stand in the {@link Kernel} once at a time. */
abstract class Event {
  long atNs;
  long number; // decides between events of the same moment

  /** It is time. */
  abstract void happen();
}
