package io.meshrpc.sim;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.core.ClientCall;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call as the simulation sees it from above: what its caller knows, and what really happened. */
final class SimCall {
  final long id;
  final SimClient client;
  final int clientBoot;
  final boolean idempotent;
  final long issuedNs; // true time
  final long timeoutNs;
  final List<HandlerRun> runs = new ArrayList<>(1); // the servers' own record
  final List<Send> sends = new ArrayList<>(1);
  long seq; // 0 until its first sending
  int hedge; // the attempt that was a hedge; 0 until one was
  long startedNs = -1; // true time at which the engine got it
  long deadlineShownNs; // on its client's clock
  long endedNs = -1; // true time
  boolean finalPhase; // must succeed

  // For the judge of retries.
  int handedBack; // by servers, without a new sending so far
  boolean mayMove = true; // once, for free
  boolean oneOfTwoFailed; // of a hedged call; the other attempt went on
  boolean mayHaveRun; // an answer since the last sending does not exclude it
  long failedNs = -1; // when such an answer or a refusal came, on its client's clock

  @Nullable
  ClientCall call;

  @Nullable
  Code code; // of its end

  @Nullable
  Execution execution;

  private @Nullable List<Disowned> disowned;

  /** One Request that left the client; {@code repeat} if it asks the same process once more. */
  record Send(long atNs, int server, int attempt, boolean repeat) {}

  /** A server process has vouched that this attempt and earlier ones did not and will not run. */
  record Disowned(SimServer server, int boot, int attempt) {}

  SimCall(long id, SimClient client, boolean idempotent, long issuedNs, long timeoutNs) {
    this.id = id;
    this.client = client;
    this.clientBoot = client.boot();
    this.idempotent = idempotent;
    this.issuedNs = issuedNs;
    this.timeoutNs = timeoutNs;
  }

  boolean hasEnded() {
    return endedNs >= 0;
  }

  /** Sendings that are not repeats to the same process. */
  int attempts() {
    int count = 0;
    for (Send send : sends) {
      count += send.repeat ? 0 : 1;
    }
    return count;
  }

  boolean succeeded() {
    return code == Code.OK;
  }

  void disown(SimServer server, int attempt) {
    if (disowned == null) {
      disowned = new ArrayList<>(1);
    }
    disowned.add(new Disowned(server, server.boot(), attempt));
  }

  /** The greatest attempt that this process has disowned; 0 if none. */
  int disownedAttempt(SimServer server, int boot) {
    int most = 0;
    if (disowned != null) {
      for (Disowned each : disowned) {
        if (each.server == server && each.boot == boot) {
          most = Math.max(most, each.attempt);
        }
      }
    }
    return most;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("call " + id + " of c" + client.index());
    text.append(idempotent ? " (idempotent)" : " (not idempotent)")
        .append(" seq ")
        .append(seq);
    for (Send send : sends) {
      text.append("; #%d to s%d at %.6f".formatted(send.attempt, send.server, send.atNs / 1e9));
    }
    for (HandlerRun run : runs) {
      text.append("; ran ").append(run);
    }
    if (hasEnded()) {
      text.append("; ended %s %s at %.6f".formatted(code, execution, endedNs / 1e9));
    }
    return text.toString();
  }
}
