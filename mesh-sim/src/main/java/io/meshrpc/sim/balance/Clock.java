package io.meshrpc.sim.balance;

/** Virtual time, for those that ask. */
final class Clock {
  long nowNs;
}
