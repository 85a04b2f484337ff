package io.meshrpc.core;

import io.meshrpc.policy.LivenessSettings;
import java.util.random.RandomGenerator;

/**
 * Lets calls through in proportion after an outage of all servers, so that the first one back is not
 * toppled (after the cluster recovery of Apache brpc). While fewer servers are back than are wanted, a
 * new call is let through with a chance of back by wanted; the others wait. Those that wait go step by
 * step, in about the time in which they came, or longer while servers are missing.
 *
 * <p>An outage is over when servers were back for a while and none came or went. What waits then still
 * goes step by step.
 */
final class Recovery {
  private static final int STEPS = 40;
  private static final long STEP_MIN_NS = 1_000_000L;

  private enum State {
    NONE,
    /** All servers were lost, and things are not settled yet. */
    OUTAGE,
    /** Things are settled: new calls go, those that wait go step by step. */
    BACKLOG
  }

  private final int percent;
  private final long holdNs;
  private final PeerTable table;
  private final RandomGenerator random;
  private State state = State.NONE;
  private int back; // servers that take calls
  private long changedNs; // when that changed
  private int backlog; // the most calls that waited
  private int left; // of those that wait, once things are settled
  private long stepNs;
  private long nextStepNs = Long.MIN_VALUE;

  Recovery(LivenessSettings settings, PeerTable table, RandomGenerator random) {
    this.percent = settings.recoveryPercent();
    this.holdNs = settings.recoveryHold().toNanos();
    this.table = table;
    this.random = random;
  }

  /** Whether calls may have to wait though servers are there. */
  boolean isOn() {
    return state != State.NONE;
  }

  /** Whether a new call goes to the servers that are there. */
  boolean admits(long now) {
    look(now);
    boolean all = state != State.OUTAGE || back == 0 || back >= wanted();
    return all || random.nextDouble() * wanted() < back;
  }

  /** How many of the calls that wait go now. */
  int release(int waiting, long now) {
    look(now);
    backlog = state == State.NONE ? 0 : Math.max(backlog, waiting);
    if (state == State.NONE || back == 0) {
      return waiting;
    }
    if (now < nextStepNs) {
      return 0;
    }
    nextStepNs = now + stepNs;
    int count = Math.max(1, (int) ((long) backlog * back / table.size() / STEPS));
    if (state == State.BACKLOG) {
      left =
          Math.min(left, waiting) - count; // each gets one turn: what it waits for may never come
      state = left <= 0 ? State.NONE : state;
    }
    return Math.min(count, waiting);
  }

  /** When calls that wait may go next; MAX_VALUE if that does not depend on time. */
  long nextNs() {
    return state == State.NONE || back == 0 ? Long.MAX_VALUE : nextStepNs;
  }

  /** To be called whenever time passes: sees when the last server goes. */
  void look(long now) {
    Census census = table.census();
    if (census.routable() != back) {
      count(census.routable(), now);
    }
    if (census.known() == 0) {
      state = State.NONE; // those that were lost were removed
    } else if (state == State.OUTAGE && back > 0 && now - changedNs >= holdNs) {
      state = State.BACKLOG;
      left = Integer.MAX_VALUE;
    }
  }

  private void count(int routable, long now) {
    if (routable == 0 && wanted() > 1) {
      state = State.OUTAGE;
    } else if (back == 0) {
      long outageNs = Math.min(holdNs, now - changedNs);
      stepNs = Math.max(STEP_MIN_NS, outageNs / STEPS);
      nextStepNs = now;
    }
    back = routable;
    changedNs = now;
  }

  /** In words, for those that do not wait. */
  String why() {
    return "servers are coming back after an outage, %d of %d so far; not all calls go through yet"
        .formatted(back, table.size());
  }

  private int wanted() {
    return Math.max(1, (percent * table.size() + 99) / 100);
  }
}
