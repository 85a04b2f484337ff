package io.meshrpc.sim;

import io.meshrpc.wire.Response;
import org.jspecify.annotations.Nullable;

/** I1: each call ends exactly once, and at its deadline at the latest, give or take a tick. */
final class EndsOnce implements Invariant {
  private static final long TICK_NS = 2_000_000; // loops sleep in whole milliseconds

  private final Sim sim;

  EndsOnce(Sim sim) {
    this.sim = sim;
  }

  @Override
  public void onEnded(SimCall call, boolean again, @Nullable Response response) {
    if (again) {
      throw new Violation("I1", "ended twice: " + call);
    }
    SimClient client = call.client;
    long lateNs = client.shownNs() - call.deadlineShownNs;
    long awakeNs = sim.kernel.nowNs() - client.pausedUntilNs();
    if (lateNs > TICK_NS + sim.options.turnNs && awakeNs > TICK_NS + sim.options.turnNs) {
      throw new Violation("I1", "ended %.3f ms late: %s".formatted(lateNs / 1e6, call));
    }
  }

  @Override
  public void atRest(Sim at) {
    for (SimCall call : at.calls) {
      boolean lives = call.clientBoot == call.client.boot();
      if (lives && call.startedNs >= 0 && !call.hasEnded()) {
        throw new Violation("I1", "never ended: " + call);
      }
    }
  }
}
