package io.meshrpc.core;

import io.meshrpc.policy.LivenessSettings;
import java.util.random.RandomGenerator;

/**
 * Lets calls through in proportion after an outage of all servers, so that the first one back is not
 * toppled (after the cluster recovery of Apache brpc). While fewer servers are back than are wanted, a
 * new call is let through with a chance of back by wanted; the others wait. Of those that wait, a part
 * goes at each step, the larger the more servers are back. Once enough are back, all go.
 *
 * <p>An outage is over when servers were back for a while and none came or went. What waits then still
 * goes step by step.
 */
final class Recovery {
  private static final int STEPS = 40; // in a hold

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
    return state != State.OUTAGE || !isPaced() || random.nextDouble() * wanted() < back;
  }

  /** How many of the calls that wait go now. */
  int release(int waiting, long now) {
    look(now);
    if (!isPaced()) {
      state = state == State.BACKLOG ? State.NONE : state;
      backlog = 0;
      return waiting;
    }
    backlog = Math.max(backlog, waiting);
    if (now < nextStepNs) {
      return 0;
    }
    nextStepNs = now + holdNs / STEPS;
    double share = state == State.OUTAGE ? (double) back / wanted() : 1;
    int count = Math.max(1, (int) (backlog * share / STEPS));
    state = state == State.BACKLOG && count >= waiting ? State.NONE : state;
    return Math.min(count, waiting);
  }

  /** When calls that wait may go next; MAX_VALUE if that does not depend on time. */
  long nextNs() {
    return isPaced() ? nextStepNs : Long.MAX_VALUE;
  }

  /** To be called whenever time passes: sees when the last server goes. */
  void look(long now) {
    Census census = table.census();
    if (census.routable() != back) {
      boolean lastGone = census.routable() == 0 && percent > 0;
      state = lastGone ? State.OUTAGE : state;
      back = census.routable();
      changedNs = now;
    }
    if (census.known() == 0) {
      state = State.NONE; // those that were lost were removed
    } else if (state == State.OUTAGE && back > 0 && now - changedNs >= holdNs) {
      state = State.BACKLOG;
    }
  }

  /** In words, for those that do not wait. */
  String why() {
    return "servers are coming back after an outage, %d of %d so far; not all calls go through yet"
        .formatted(back, table.size());
  }

  /** Whether those that wait go step by step. */
  private boolean isPaced() {
    return state != State.NONE && back > 0 && back < wanted();
  }

  private int wanted() {
    return Math.max(1, (percent * table.size() + 99) / 100);
  }
}
