package io.meshrpc.sim;

/**
 * How a frame fares in a {@link DrivenMesh}.
 *
 * @param fate what becomes of it
 * @param spanNs how much longer it takes, or how long after it its copy leaves
 */
public record Passage(Fate fate, long spanNs) {
  /** As any other. */
  public static final Passage USUAL = new Passage(Fate.PASSES, 0);

  /** What becomes of a frame. */
  public enum Fate {
    /** It arrives. */
    PASSES,
    /** Its connection breaks before it has arrived, and both ends learn of that. */
    BREAKS,
    /** It arrives late, and all that follows it on its connection waits behind it. */
    LATE,
    /** It arrives, and a copy of it after it. */
    TWICE
  }

  boolean isUsual() {
    return fate == Fate.PASSES;
  }
}
