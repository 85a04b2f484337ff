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

  private ServiceTime(Kind kind, Duration mean, double sigma) {
    if (mean.isNegative() || mean.isZero()) {
      throw new IllegalArgumentException("mean: " + mean + " (expected: > 0)");
    }
    if (sigma < 0) {
      throw new IllegalArgumentException("sigma: " + sigma + " (expected: >= 0)");
    }
    this.kind = kind;
    this.meanNs = mean.toNanos();
    this.sigma = sigma;
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

  double meanNs() {
    return meanNs;
  }

  long drawNs(RandomGenerator random) {
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
    return "%s %.3f ms%s".formatted(name, meanNs / 1e6, sigma == 0 ? "" : " sigma " + sigma);
  }
}
