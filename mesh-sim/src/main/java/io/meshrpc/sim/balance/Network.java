package io.meshrpc.sim.balance;

import java.util.random.RandomGenerator;

/** Delay, 0.25 ms and an exponential 0.05 ms, each message for itself; and what befalls probes. */
final class Network {
  static final long BASE_NS = 250_000L;
  static final long MEAN_NS = 300_000L;

  private final RandomGenerator random;
  private final double probeLoss;
  private final long probeDelayNs;

  Network(RandomGenerator random, double probeLoss, long probeDelayNs) {
    this.random = random;
    this.probeLoss = probeLoss;
    this.probeDelayNs = probeDelayNs;
  }

  long delayNs() {
    return BASE_NS - (long) ((MEAN_NS - BASE_NS) * Math.log(1 - random.nextDouble()));
  }

  /** A probe's delay, the same on its way back; -1 if it is lost. */
  long probeDelayNs() {
    if (probeLoss > 0 && random.nextDouble() < probeLoss) {
      return -1;
    }
    return delayNs() + probeDelayNs;
  }
}
