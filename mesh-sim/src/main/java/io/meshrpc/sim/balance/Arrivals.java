package io.meshrpc.sim.balance;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * When one client calls and for how much work: a Poisson process that knows nothing of answers, so
 * that slow answers do not thin out the calls. Draws from its own chance only, so that each policy
 * meets the same calls.
 */
final class Arrivals {
  /** How the load goes over time; 1 is the scenario's load. */
  interface Curve {
    double at(long nowNs);
  }

  private static final double SWITCH_NS = 100e6; // mean length of being on, and of being off

  private final RandomGenerator random;
  private final List<Kind> kinds;
  private final double perNs; // the mean rate
  private final Curve curve;
  private final double highest; // of the curve
  private final boolean bursty;
  private boolean on;
  private long switchNs;

  Arrivals(
      RandomGenerator random,
      List<Kind> kinds,
      double perNs,
      Curve curve,
      double highest,
      boolean bursty) {
    this.random = random;
    this.kinds = kinds;
    this.perNs = perNs;
    this.curve = curve;
    this.highest = highest;
    this.bursty = bursty;
    this.on = bursty && random.nextBoolean();
    this.switchNs = bursty ? exponentialNs(SWITCH_NS) : Long.MAX_VALUE;
  }

  /** The moment of the next call. */
  long nextNs(long nowNs) {
    long at = nowNs;
    while (true) {
      at = stepNs(at);
      double curveNow = curve.at(at);
      if (curveNow >= highest || random.nextDouble() * highest < curveNow) {
        return at;
      }
    }
  }

  Kind kind() {
    double left = kinds.size() == 1 ? 0 : random.nextDouble();
    for (Kind kind : kinds) {
      left -= kind.share();
      if (left < 0) {
        return kind;
      }
    }
    return kinds.get(kinds.size() - 1);
  }

  double workNs(Kind kind) {
    return kind.workNs(random);
  }

  private long stepNs(long fromNs) {
    double most = perNs * highest;
    if (!bursty) {
      return fromNs + exponentialNs(1 / most);
    }
    long at = fromNs;
    while (true) {
      long next = on ? at + exponentialNs(1 / (2 * most)) : Long.MAX_VALUE;
      if (next <= switchNs) {
        return next;
      }
      at = switchNs; // chance has no memory: draw anew from here
      on = !on;
      switchNs = at + exponentialNs(SWITCH_NS);
    }
  }

  private long exponentialNs(double meanNs) {
    return (long) (-meanNs * Math.log(1 - random.nextDouble()));
  }
}
