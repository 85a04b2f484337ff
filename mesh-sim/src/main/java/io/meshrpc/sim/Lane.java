package io.meshrpc.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** One direction of the way between two hosts: how long it takes, and whether anything passes. */
final class Lane {
  private static final long CALM_NS = 50_000_000; // once healed, jitter makes nobody suspect

  private final Kernel kernel;
  private final Options options;
  private final RandomGenerator random;
  private final List<Pipe> waiting = new ArrayList<>();
  private boolean healed;
  private long blockedUntilNs;
  private long latestNs; // when the last of what is under way arrives, if nothing is in its way
  private long freeNs; // when the last byte written so far has left, with bounded bandwidth

  Lane(Kernel kernel, Options options, RandomGenerator random) {
    this.kernel = kernel;
    this.options = options;
    this.random = random;
  }

  boolean isBlocked() {
    return kernel.nowNs() < blockedUntilNs;
  }

  /** Nothing passes before this moment; then all that waits comes in a burst. */
  void block(long untilNs) {
    if (untilNs > blockedUntilNs) {
      blockedUntilNs = untilNs;
      kernel.at(untilNs, this::release);
    }
  }

  /** Everything passes again, and no longer takes very long. */
  void heal() {
    healed = true;
    blockedUntilNs = kernel.nowNs();
    release();
  }

  /** How long something small takes now. */
  long latencyNs() {
    if (options.jitterNs == 0) {
      return options.latencyNs;
    }
    long jitterNs = Chance.lognormalNs(random, options.jitterNs, options.jitterSigma);
    return options.latencyNs + (healed ? Math.min(CALM_NS, jitterNs) : jitterNs);
  }

  /** When a frame written now arrives. */
  long arrivalNs(int bytes) {
    long leftNs = kernel.nowNs();
    if (options.bytesPerSecond > 0) {
      freeNs = Math.max(freeNs, leftNs) + bytes * 1_000_000_000L / options.bytesPerSecond;
      leftNs = freeNs;
    }
    return leftNs + latencyNs();
  }

  /** Something is under way here until then. */
  void expect(long untilNs) {
    latestNs = Math.max(latestNs, untilNs);
  }

  /** Until when something is under way here, if nothing is in its way. */
  long latestNs() {
    return latestNs;
  }

  /** The pipe goes on when the lane is open again. */
  void hold(Pipe pipe) {
    waiting.add(pipe);
  }

  private void release() {
    if (isBlocked() || waiting.isEmpty()) {
      return;
    }
    List<Pipe> pipes = new ArrayList<>(waiting);
    waiting.clear();
    pipes.forEach(Pipe::goOn);
  }
}
