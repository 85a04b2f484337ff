package io.meshrpc.sim;

import io.meshrpc.api.Execution;
import io.meshrpc.wire.Response;
import org.jspecify.annotations.Nullable;

/** What callers are told of the work is what the servers' own record says, now and later. */
final class TrueExecution implements Invariant {
  @Override
  public void onEnded(SimCall call, boolean again, @Nullable Response response) {
    boolean isTrue = switch (call.execution == null ? Execution.UNKNOWN : call.execution) {
      case NOT_SENT -> call.sends.isEmpty();
      case NOT_EXECUTED -> !call.sends.isEmpty() && call.runs.isEmpty();
      case EXECUTED -> call.runs.stream().anyMatch(run -> run.ended);
      case UNKNOWN -> !call.sends.isEmpty();
    };
    if (!isTrue) {
      throw new Violation("truth", "its caller is told " + call.execution + ": " + call);
    }
  }

  @Override
  public void onRun(HandlerRun run) {
    Execution told = run.call.execution;
    if (told == Execution.NOT_SENT || told == Execution.NOT_EXECUTED) {
      throw new Violation("truth", "runs after its caller was told " + told + ": " + run.call);
    }
  }
}
