package io.meshrpc.core;

import io.meshrpc.api.Priority;

/**
 * The lowest priority that a server lets in. While work of some priority waits too long, those below it
 * are refused at the door, the lowest first, one more after every other interval; once all that are
 * let in have been well for ten intervals, the next one is tried again.
 */
final class AdmissionLevel {
  private static final int RAISE_INTERVALS = 2; // what was let in before must drain first
  private static final int CALM_INTERVALS = 10;

  private final long intervalNs;
  private int lowest; // a Priority's ordinal
  private int worst = -1; // the highest that was overloaded in the interval under way; -1: none
  private int raised; // intervals since it was raised
  private int calm; // intervals without any overload that refusing more could help
  private long endNs = Long.MIN_VALUE;

  AdmissionLevel(long intervalNs) {
    this.intervalNs = intervalNs;
  }

  /** The highest priority that is overloaded is this ordinal; -1 if none is. */
  void observe(int overloaded, long nowNs) {
    worst = Math.max(worst, overloaded);
    if (nowNs < endNs) {
      return;
    }
    endNs = nowNs + intervalNs;
    raised++;
    if (worst > lowest) {
      calm = 0;
      if (raised >= RAISE_INTERVALS) {
        lowest++;
        raised = 0;
      }
    } else if (worst == lowest) {
      calm = 0; // its own excess; refusing those below it is all that can be done
    } else if (lowest > 0 && ++calm >= CALM_INTERVALS) {
      lowest--;
      calm = 0;
    }
    worst = overloaded;
  }

  boolean admits(Priority priority) {
    return priority.ordinal() >= lowest;
  }
}
