package io.meshrpc.sim;

import io.meshrpc.wire.Response;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An OK carries the answer to its own request, and a handler gave it. */
final class OwnAnswer implements Invariant {
  @Override
  public void onEnded(SimCall call, boolean again, @Nullable Response response) {
    if (!call.succeeded()) {
      return;
    }
    boolean own = response != null && Arrays.equals(response.payload(), Sim.reply(call.id));
    if (!own || call.runs.stream().noneMatch(run -> run.ended)) {
      throw new Violation("answer", "not its own answer " + response + ": " + call);
    }
  }
}
