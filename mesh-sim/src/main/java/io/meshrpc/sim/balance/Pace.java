package io.meshrpc.sim.balance;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** How fast a server is, and how that changes. 1 is a usual server; 0 stands still. */
interface Pace {
  /** From a moment on, another speed. */
  record Change(long atNs, double speed) {}

  /** The speed at the start. */
  double start(RandomGenerator random);

  /** What comes after the speed that holds now; null if it stays. */
  @Nullable
  Change next(double speed, long nowNs, RandomGenerator random);

  /** The mean speed that load is reckoned by. */
  double mean();

  /** Always the same. */
  static Pace steady(double speed) {
    return new Pace() {
      @Override
      public double start(RandomGenerator random) {
        return speed;
      }

      @Override
      public @Nullable Change next(double now, long nowNs, RandomGenerator random) {
        return null;
      }

      @Override
      public double mean() {
        return speed;
      }
    };
  }

  /** Full speed, and now and then a burst of another; both last exponentially long. */
  static Pace bursts(double burstSpeed, double burstMs, double restMs) {
    return new Pace() {
      @Override
      public double start(RandomGenerator random) {
        return random.nextDouble() < burstMs / (burstMs + restMs) ? burstSpeed : 1;
      }

      @Override
      public Change next(double speed, long nowNs, RandomGenerator random) {
        boolean burst = speed != 1;
        double meanNs = 1e6 * (burst ? burstMs : restMs);
        return new Change(nowNs + exponentialNs(meanNs, random), burst ? 1 : burstSpeed);
      }

      @Override
      public double mean() {
        return (burstMs * burstSpeed + restMs) / (burstMs + restMs);
      }
    };
  }

  /** Full speed, and now and then a stop of fixed length, as of a garbage collector. */
  static Pace stops(double stopMs, double restMs) {
    return new Pace() {
      @Override
      public double start(RandomGenerator random) {
        return 1;
      }

      @Override
      public Change next(double speed, long nowNs, RandomGenerator random) {
        return speed == 0
            ? new Change(nowNs + (long) (1e6 * stopMs), 1)
            : new Change(nowNs + exponentialNs(1e6 * restMs, random), 0);
      }

      @Override
      public double mean() {
        return restMs / (stopMs + restMs);
      }
    };
  }

  /** Full speed, but another between two moments. Load is reckoned by full speed. */
  static Pace slowBetween(long fromNs, long untilNs, double slowSpeed) {
    return new Pace() {
      @Override
      public double start(RandomGenerator random) {
        return 1;
      }

      @Override
      public @Nullable Change next(double speed, long nowNs, RandomGenerator random) {
        if (nowNs < fromNs) {
          return new Change(fromNs, slowSpeed);
        }
        return nowNs < untilNs ? new Change(untilNs, 1) : null;
      }

      @Override
      public double mean() {
        return 1;
      }
    };
  }

  private static long exponentialNs(double meanNs, RandomGenerator random) {
    return (long) (-meanNs * Math.log(1 - random.nextDouble()));
  }
}
