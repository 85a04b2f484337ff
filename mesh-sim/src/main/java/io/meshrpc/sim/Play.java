package io.meshrpc.sim;

/** What can be played with a seed. */
interface Play {
  /** The name that bin/sim knows it by. */
  String name();

  /** A simulation of this seed, not yet begun. */
  Sim prepare(long seed);

  /** Plays it to its end; throws {@link Violation}. */
  void play(Sim sim, long seed);
}
