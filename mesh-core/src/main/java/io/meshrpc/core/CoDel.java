package io.meshrpc.core;

/**
 * Tells by how long work waits whether a server has more of it than it can do (controlled delay, in
 * the form in which folly has it). A queue that empties now and then is a burst; one whose oldest
 * work has waited longer than the target for a whole interval is an overload.
 *
 * <p>The target is never less than what work usually takes here: behind handlers that run for seconds,
 * waiting for seconds is no overload.
 */
final class CoDel {
  private static final int STALE_TARGETS = 2;
  private static final int STALE_PART = 4; // of the time that a call was given

  private final long targetMinNs; // 0: nothing is ever an overload
  private final long intervalNs;
  private long endNs = Long.MIN_VALUE; // of the interval under way
  private long leastNs = Long.MAX_VALUE; // wait of the oldest in the interval under way
  private long usualNs;
  private boolean overloaded;

  CoDel(long targetMinNs, long intervalNs) {
    this.targetMinNs = targetMinNs;
    this.intervalNs = intervalNs;
  }

  /** The oldest has waited so long, 0 if nothing waits; work usually takes so long, 0: not known. */
  void observe(long waitNs, long workNs, long nowNs) {
    usualNs = workNs;
    if (nowNs >= endNs) {
      overloaded =
          targetMinNs > 0 && usualNs > 0 && leastNs > targetNs() && leastNs != Long.MAX_VALUE;
      endNs = nowNs + intervalNs;
      leastNs = waitNs;
    }
    leastNs = Math.min(leastNs, waitNs);
  }

  boolean isOverloaded() {
    return overloaded;
  }

  private long targetNs() {
    return Math.max(targetMinNs, usualNs);
  }

  /**
   * Whether a call has waited too long to be worth running now: twice the target, of its own method
   * if that takes longer, and a quarter of the time that its caller gave it, so that a batch that is
   * in no hurry may wait. A retry only half of that.
   */
  boolean isStale(ServerCall call, long nowNs) {
    if (!overloaded) {
      return false;
    }
    long waitNs = nowNs - call.receivedNs;
    long mayNs = Math.max(
        STALE_TARGETS * Math.max(targetNs(), call.expectedNs()),
        (call.deadlineNs() - call.receivedNs) / STALE_PART);
    return waitNs > (call.attempt() > 1 ? mayNs / 2 : mayNs);
  }
}
