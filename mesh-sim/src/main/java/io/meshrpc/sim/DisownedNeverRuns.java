package io.meshrpc.sim;

import io.meshrpc.api.Execution;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Response;

/**
 * I3: when a server process says NOT_EXECUTED or NOT_STARTED, the attempt in question and earlier ones
 * have not run there, and never will. STALE_SESSION speaks of one copy of a request only, and an
 * earlier attempt of an idempotent call may have run, for nobody remembers it.
 */
final class DisownedNeverRuns implements Invariant {
  @Override
  public void onAnswer(SimServer server, SimCall call, Response response) {
    boolean disowned = response.execution() == Execution.NOT_EXECUTED;
    if (disowned && response.reason() != Reason.STALE_SESSION) {
      disown(server, call, response.attempt(), "NOT_EXECUTED, " + response.reason());
    }
  }

  @Override
  public void onTakenBack(SimServer server, SimCall call, int attempt) {
    disown(server, call, attempt, "NOT_STARTED");
  }

  @Override
  public void onRun(HandlerRun run) {
    int disowned = run.call.disownedAttempt(run.server, run.boot);
    if (run.attempt <= disowned) {
      String text = "attempt %d was disowned, and %s runs: %s";
      throw new Violation("I3", text.formatted(disowned, run, run.call));
    }
  }

  private static void disown(SimServer server, SimCall call, int attempt, String what) {
    for (HandlerRun run : call.runs) {
      boolean here = run.server == server && run.boot == server.boot();
      if (here && (!call.idempotent || run.attempt == attempt)) {
        String text = "%s says %s of attempt %d, which ran: %s";
        throw new Violation("I3", text.formatted(server, what, attempt, call));
      }
    }
    call.disown(server, attempt);
  }
}
