package io.meshrpc.sim;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Priority;
import io.meshrpc.api.RetryPolicy;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** The callers of one client: at random moments, or each as soon as it has its answer. */
final class Workload {
  private static final Priority[] PRIORITIES = Priority.values();
  private static final Duration PATIENCE = Duration.ofMillis(50);

  private final Sim sim;
  private final SimClient client;
  private final RandomGenerator random;
  private double factor = 1;
  private boolean over;

  Workload(Sim sim, SimClient client) {
    this.sim = sim;
    this.client = client;
    this.random = sim.streams.of(client.name() + "/calls");
  }

  void begin() {
    if (sim.options.callersPerClient > 0) {
      for (int i = 0; i < sim.options.callersPerClient; i++) {
        sim.kernel.in(Chance.betweenNs(random, 0, 10_000_000), this::issueUnlessOver);
      }
    } else if (sim.options.load > 0) {
      later();
    }
  }

  /** No more calls. */
  void end() {
    over = true;
  }

  /** So many times as many calls from now on. */
  void setFactor(double times) {
    factor = times;
  }

  /** The caller of a closed loop has its answer. */
  void onEnded() {
    if (sim.options.callersPerClient > 0) {
      long thinkNs = Chance.exponentialNs(random, sim.options.service.meanNs());
      sim.kernel.in(thinkNs, this::issueUnlessOver);
    }
  }

  private void later() {
    double meanNs = 1e9 / (sim.options.callsPerSecond() * factor);
    sim.kernel.in(Chance.exponentialNs(random, meanNs), () -> {
      if (!over) {
        issueUnlessOver();
        later();
      }
    });
  }

  private void issueUnlessOver() {
    if (!over && client.isAlive() && sim.calls.size() < sim.options.callsMax) {
      issue(false);
    }
  }

  /** One call, now. */
  SimCall issue(boolean mustSucceed) {
    Options options = sim.options;
    boolean never = !mustSucceed && Chance.hit(random, options.neverShare);
    boolean idempotent = random.nextDouble() < options.idempotentShare && !never;
    long timeoutNs = mustSucceed
        ? 10_000_000_000L
        : Chance.betweenNs(random, options.deadlineLeastNs, options.deadlineMostNs);
    SimCall call = sim.newCall(client, idempotent, timeoutNs);
    call.finalPhase = mustSucceed;
    CallOptions callOptions = CallOptions.DEFAULT;
    if (options.priorityShares.length > 0) {
      callOptions = callOptions.withPriority(options.priority(random.nextDouble()));
    } else if (Chance.hit(random, options.prioritizedShare)) {
      callOptions = callOptions.withPriority(PRIORITIES[random.nextInt(PRIORITIES.length)]);
    }
    call.priority = callOptions.priority();
    if (!mustSucceed && Chance.hit(random, options.hastyShare)) {
      callOptions = callOptions.withWaitForReady(false);
    }
    RetryPolicy retry = never ? RetryPolicy.NEVER : options.retry;
    if (!never && Chance.hit(random, options.patientShare)) {
      retry = retry.withAttemptPatience(PATIENCE);
    }
    client.issue(call, callOptions, retry);
    if (!mustSucceed && Chance.hit(random, options.cancelShare)) {
      long spanNs = Chance.exponentialNs(random, options.service.meanNs());
      sim.kernel.in(spanNs, () -> client.cancel(call));
    }
    return call;
  }
}
