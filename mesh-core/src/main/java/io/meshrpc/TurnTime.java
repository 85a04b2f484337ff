package io.meshrpc;

/**
 * How much users' code a turn of the loop has time for. Where there is more to do than that, other threads are
 * worth their waking. Owned by the loop.
 */
final class TurnTime {
  /** By what it usually takes. */
  static final double USUAL_NS = 100_000;
  /** By what it took: what usually is quick may be slow today, and all of it. */
  static final long TAKEN_NS = 1_000_000;

  private double usualNs;
  private long takenNs;

  /** Takes so much of it, if there is. */
  boolean take(double costNs) {
    if (usualNs + costNs > USUAL_NS) {
      return false;
    }
    usualNs += costNs;
    return true;
  }

  /** So much was really taken. */
  void onTaken(long tookNs) {
    takenNs += tookNs;
  }

  /** Whether the turn has taken longer than it should, and the rest is others'. */
  boolean isOver() {
    return takenNs >= TAKEN_NS;
  }

  /** The next turn. */
  void reset() {
    usualNs = 0;
    takenNs = 0;
  }
}
