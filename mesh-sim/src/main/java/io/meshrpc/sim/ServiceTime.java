package io.meshrpc.sim;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long handlers run at a server of speed 1. */
public final class ServiceTime {
  private enum Kind {
    FIXED,
    EXPONENTIAL,
    LOGNORMAL
  }

  private final Kind kind;
  private final double meanNs;
  private final double sigma;
  private final double stragglers; // share of the runs
  private final double factor; // so many times as long

  private ServiceTime(Kind kind, Duration mean, double sigma) {
    this(kind, mean.toNanos(), sigma, 0, 1);
    if (mean.isNegative() || mean.isZero()) {
      throw new IllegalArgumentException("mean: " + mean + " (expected: > 0)");
    }
    if (sigma < 0) {
      throw new IllegalArgumentException("sigma: " + sigma + " (expected: >= 0)");
    }
  }

  private ServiceTime(Kind kind, double meanNs, double sigma, double stragglers, double factor) {
    this.kind = kind;
    this.meanNs = meanNs;
    this.sigma = sigma;
    this.stragglers = stragglers;
    this.factor = factor;
  }

  /** Always the same. */
  public static ServiceTime fixed(Duration span) {
    return new ServiceTime(Kind.FIXED, span, 0);
  }

  /** Exponential with this mean. */
  public static ServiceTime exponential(Duration mean) {
    return new ServiceTime(Kind.EXPONENTIAL, mean, 0);
  }

  /** Lognormal with this mean; sigma is that of the logarithm. */
  public static ServiceTime lognormal(Duration mean, double sigma) {
    return new ServiceTime(Kind.LOGNORMAL, mean, sigma);
  }

  /** The same, but this share of the runs takes so many times as long. */
  public ServiceTime withStragglers(double share, double times) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: 0 to 1)");
    }
    if (!(times > 0)) {
      throw new IllegalArgumentException("times: " + times + " (expected: > 0)");
    }
    return new ServiceTime(kind, meanNs, sigma, share, times);
  }

  /** Of all runs, stragglers too. */
  double meanNs() {
    return meanNs * (1 + stragglers * (factor - 1));
  }

  long drawNs(RandomGenerator random) {
    boolean straggles = stragglers > 0 && Chance.hit(random, stragglers);
    return (long) ((straggles ? factor : 1) * drawUsualNs(random));
  }

  private long drawUsualNs(RandomGenerator random) {
    return switch (kind) {
      case FIXED -> (long) meanNs;
      case EXPONENTIAL -> Chance.exponentialNs(random, meanNs);
      case LOGNORMAL ->
        Chance.lognormalNs(random, meanNs / StrictMath.exp(sigma * sigma / 2), sigma);
    };
  }

  @Override
  public String toString() {
    String name = kind.name().toLowerCase(java.util.Locale.ROOT);
    return "%s %.3f ms%s%s"
        .formatted(
            name,
            meanNs / 1e6,
            sigma == 0 ? "" : " sigma " + sigma,
            stragglers == 0 ? "" : ", of " + stragglers + " times " + factor);
  }
}
