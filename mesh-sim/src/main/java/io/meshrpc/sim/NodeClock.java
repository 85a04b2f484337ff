package io.meshrpc.sim;

/** A node's own clock: zero at the node's start, and a little too fast or too slow. */
final class NodeClock {
  private static final long MILLION = 1_000_000;

  private final long startNs; // true time
  private final long driftPpm;

  NodeClock(long startNs, long driftPpm) {
    this.startNs = startNs;
    this.driftPpm = driftPpm;
  }

  /** What the clock shows at this moment. */
  long read(long trueNs) {
    long span = trueNs - startNs;
    return span + span / MILLION * driftPpm + span % MILLION * driftPpm / MILLION;
  }

  /** The first moment at which the clock shows so much. */
  long when(long shownNs) {
    long rate = MILLION + driftPpm;
    long guess = startNs + shownNs / rate * MILLION + shownNs % rate * MILLION / rate;
    while (read(guess) < shownNs) {
      guess++;
    }
    return guess;
  }
}
