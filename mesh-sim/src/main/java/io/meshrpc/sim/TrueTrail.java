package io.meshrpc.sim;

import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.RpcException;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller is told of each attempt is what the attempt's server has said of it, and not what it
 * said of an earlier one, or what another server said. Only what a handler answered may be of an earlier
 * sending of the same attempt, to the same process.
 */
final class TrueTrail implements Invariant {
  private final Map<SimCall, List<Word>> words = new HashMap<>(); // of open calls; never walked

  /** What was heard of an attempt, other than success. */
  private record Word(int server, int attempt, Execution execution, Code code) {}

  @Override
  public void onHeard(SimClient client, SimServer server, Batch batch) {
    for (Packet packet : batch.packets()) {
      if (packet instanceof Response answer) {
        note(client, server, answer.seq(), answer.attempt(), answer.execution(), answer.code());
      } else if (packet instanceof Cancelled taken
          && taken.stage() == Cancelled.Stage.NOT_STARTED) {
        int attempt = taken.attempt();
        note(client, server, taken.seq(), attempt, Execution.NOT_EXECUTED, Code.CANCELLED);
      }
    }
  }

  private void note(
      SimClient client, SimServer server, long seq, int attempt, Execution execution, Code code) {
    SimCall call = code == Code.OK ? null : client.call(client.boot(), seq);
    if (call != null && !call.hasEnded()) {
      words
          .computeIfAbsent(call, any -> new ArrayList<>(2))
          .add(new Word(server.index(), attempt, execution, code));
    }
  }

  @Override
  public void onEnded(SimCall call, boolean again, @Nullable Response response) {
    RpcException failure = call.call == null ? null : call.call.failure();
    onEnded(call, failure == null ? List.of() : failure.attempts());
  }

  void onEnded(SimCall call, List<AttemptTrace> trail) {
    List<Word> known = words.remove(call);
    List<Word> heard = known == null ? List.of() : known;
    for (AttemptTrace told : trail) {
      int server = call.client.sim.server(told.endpoint()).index();
      boolean isTrue = switch (told.execution()) {
        case NOT_SENT -> !wasSent(call, server, told.number());
        case UNKNOWN -> wasSent(call, server, told.number());
        case NOT_EXECUTED, EXECUTED ->
          heard.stream().anyMatch(word -> isOf(word, server, told, trail));
      };
      if (!isTrue) {
        throw new Violation("trail", "s%d did not say this: %s; %s".formatted(server, told, call));
      }
    }
  }

  private static boolean isOf(Word word, int server, AttemptTrace told, List<AttemptTrace> trail) {
    if (word.server != server || word.execution != told.execution()) {
      return false;
    }
    if (told.execution() == Execution.NOT_EXECUTED) {
      return word.attempt == told.number();
    }
    int before = 0; // the attempt at this server before this one
    for (AttemptTrace other : trail) {
      boolean earlier = other.number() < told.number();
      before = earlier && other.endpoint().equals(told.endpoint()) ? other.number() : before;
    }
    boolean own = word.attempt > before && word.attempt <= told.number();
    return own && word.code == told.end().code();
  }

  private static boolean wasSent(SimCall call, int server, int attempt) {
    for (SimCall.Send send : call.sends) {
      if (send.server() == server && send.attempt() == attempt) {
        return true;
      }
    }
    return false;
  }
}
