package io.meshrpc.sim;

/** I2: a call that is not idempotent runs at most once, over all servers and all their processes. */
final class AtMostOnce implements Invariant {
  @Override
  public void onRun(HandlerRun run) {
    if (!run.call.idempotent && !run.call.runs.isEmpty()) {
      throw new Violation("I2", "runs again as " + run + ": " + run.call);
    }
  }
}
