package io.meshrpc.sim;

/** I6: no handler starts after the deadline that its server knows. */
final class NotTooLate implements Invariant {
  @Override
  public void onRun(HandlerRun run) {
    if (run.serverCall.timeLeftNs() <= 0) {
      throw new Violation("I6", "starts after its deadline: " + run + " of " + run.call);
    }
  }
}
