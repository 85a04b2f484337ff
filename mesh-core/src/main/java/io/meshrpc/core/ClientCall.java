package io.meshrpc.core;

import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Execution;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One call at its client, through all its attempts. Owned by the loop once it was started. */
public final class ClientCall extends Timers.Timed implements SeqTable.Numbered {
  private final MethodDescriptor<?, ?> method;
  private final byte[] payload;
  private final CallOptions options;
  private final RetryPolicy retry;
  private final HedgePolicy hedge;
  private final long timeoutNs;
  private final Object ticket;

  private @Nullable Retry again; // null if it never paused
  private @Nullable Attempt first;
  private List<Attempt> others = List.of(); // most calls have none
  long seq; // 0 until started
  long startNs;
  long deadlineNs;
  int counted; // attempts that count against the policy
  int numbers; // attempt numbers given
  int freeMoves; // displacements and refusals that did not need the budget
  int repicks; // times that it was handed back
  long backoffNs;
  boolean admitted; // was let through, should all servers be coming back
  int asked; // how often its present choice was put off
  private int hedgeAttempt;

  Hedger.@Nullable Hedge hedging; // null if the call is not to be hedged

  @Nullable
  Status cancelled; // before it was started

  boolean done;
  private @Nullable Response response;
  private @Nullable RpcException failure;

  /** When to try once more. */
  static final class Retry extends Timers.Timed {
    final ClientCall call;
    boolean needsBudget;
    boolean choice; // not a retry: a choice that was put off

    Retry(ClientCall call) {
      this.call = call;
    }
  }

  /**
   * A call that is yet to start.
   *
   * @param options as the caller gave them
   * @param retry the policy that holds for this call
   * @param timeoutNs time until its deadline
   * @param ticket whatever the caller wants back with the end
   */
  public ClientCall(
      MethodDescriptor<?, ?> method,
      byte[] payload,
      CallOptions options,
      RetryPolicy retry,
      long timeoutNs,
      Object ticket) {
    this(method, payload, options, retry, HedgePolicy.OFF, timeoutNs, ticket);
  }

  /**
   * A call that is yet to start, and may be hedged.
   *
   * @param hedge the policy that holds for this call, if it may run twice
   */
  public ClientCall(
      MethodDescriptor<?, ?> method,
      byte[] payload,
      CallOptions options,
      RetryPolicy retry,
      HedgePolicy hedge,
      long timeoutNs,
      Object ticket) {
    this.hedge = hedge;
    this.method = method;
    this.payload = payload;
    this.options = options;
    this.retry = retry;
    this.timeoutNs = timeoutNs;
    this.ticket = ticket;
  }

  /** Its number, by which servers know it; 0 until it was started. */
  @Override
  public long seq() {
    return seq;
  }

  /** Which method. */
  public MethodDescriptor<?, ?> method() {
    return method;
  }

  /** What the caller wants back. */
  public Object ticket() {
    return ticket;
  }

  /** The answer, if the call succeeded. */
  public @Nullable Response response() {
    return response;
  }

  /** By who has taken the answer, after the end. */
  public void forgetResponse() {
    response = null;
  }

  /** The failure, if it failed. */
  public @Nullable RpcException failure() {
    return failure;
  }

  /** The number of the attempt that was a hedge; 0 if none was. */
  public int hedgeAttempt() {
    return hedgeAttempt;
  }

  byte[] payload() {
    return payload;
  }

  CallOptions options() {
    return options;
  }

  RetryPolicy retry() {
    return retry;
  }

  long timeoutNs() {
    return timeoutNs;
  }

  /** Whether a call that may have run may run once more, elsewhere. */
  boolean mayRunTwice() {
    return retry.allowsSecondExecution(method.idempotency());
  }

  HedgePolicy hedgePolicy() {
    return hedge;
  }

  /** Whether a second attempt may be begun while the first is open. */
  boolean mayHedge() {
    return !hedge.isOff() && options.server() == null && mayRunTwice();
  }

  /** Whether servers are to say when they start it. */
  boolean isTied() {
    return hedge.tied() && mayHedge();
  }

  /** The attempt is one more than need be. */
  void hedgeWith(Attempt attempt) {
    hedgeAttempt = attempt.number;
    discount(attempt);
  }

  /** Whether the same server process may be asked again after a lost connection. */
  boolean mayAskAgain() {
    return retry.repeat() != RetryPolicy.Repeat.NEVER;
  }

  /** Begins one more. */
  void add(Attempt attempt) {
    if (first == null) {
      first = attempt;
      return;
    }
    others = others.isEmpty() ? new ArrayList<>() : others;
    others.add(attempt);
  }

  boolean hasAttempts() {
    return first != null;
  }

  int attemptCount() {
    return first == null ? 0 : 1 + others.size();
  }

  /** The attempts in their order, from 0. */
  Attempt nth(int index) {
    return index == 0 && first != null ? first : others.get(index - 1);
  }

  /** A list of its own. */
  List<Attempt> attempts() {
    List<Attempt> all = new ArrayList<>(attemptCount());
    for (int i = 0; i < attemptCount(); i++) {
      all.add(nth(i));
    }
    return all;
  }

  boolean hasOpenAttempt() {
    for (int i = attemptCount() - 1; i >= 0; i--) {
      if (nth(i).isOpen()) {
        return true;
      }
    }
    return false;
  }

  /** Whether an attempt is open that nothing has replaced yet. */
  boolean hasGoodAttempt() {
    for (int i = attemptCount() - 1; i >= 0; i--) {
      Attempt attempt = nth(i);
      if (attempt.isOpen() && !attempt.displaced) {
        return true;
      }
    }
    return false;
  }

  /** Whether it is hedged, and another attempt than this one is as good as the call has. */
  boolean hasOtherOfTwo(Attempt attempt) {
    for (int i = 0; hedgeAttempt != 0 && i < attemptCount(); i++) {
      Attempt other = nth(i);
      if (other != attempt && other.isOpen() && !other.displaced) {
        return true;
      }
    }
    return false;
  }

  boolean hasTried(Peer peer) {
    for (int i = 0; i < attemptCount(); i++) {
      if (nth(i).peer == peer) {
        return true;
      }
    }
    return false;
  }

  boolean isOpenAt(Peer peer) {
    for (int i = 0; i < attemptCount(); i++) {
      if (nth(i).peer == peer && nth(i).isOpen()) {
        return true;
      }
    }
    return false;
  }

  @Nullable
  Attempt attempt(int number) {
    for (int i = attemptCount() - 1; i >= 0; i--) {
      if (nth(i).number == number) {
        return nth(i);
      }
    }
    return null;
  }

  /** The attempt at this server that an answer is for. */
  @Nullable
  Attempt attemptAt(Peer peer, Response answer) {
    for (int i = attemptCount() - 1; i >= 0; i--) {
      Attempt attempt = nth(i);
      if (attempt.peer == peer && attempt.had(answer.attempt())) {
        return attempt;
      }
    }
    return null;
  }

  /** Its pause, or the one that it is to have. */
  Retry again() {
    Retry known = again;
    if (known == null) {
      known = new Retry(this);
      again = known;
    }
    return known;
  }

  /** Whether it is to go on at a moment that is set. */
  boolean isPausing() {
    return again != null && again.isSet();
  }

  /** Whether another attempt may have reached the same server process, and run there. */
  boolean mayHaveRunAt(Attempt next) {
    for (int i = 0; !others.isEmpty() && i < attemptCount(); i++) {
      Attempt attempt = nth(i);
      boolean notRun =
          attempt.execution == Execution.NOT_EXECUTED || attempt.execution == Execution.NOT_SENT;
      if (attempt != next && !notRun && attempt.incarnation.equals(next.incarnation)) {
        return true;
      }
    }
    return false;
  }

  /** From when on this server is willing to get the call again; MAX_VALUE for never. */
  long notBeforeNs(Peer peer) {
    long latestNs = Long.MIN_VALUE;
    for (int i = 0; i < attemptCount(); i++) {
      Attempt attempt = nth(i);
      if (attempt.notBeforeNs != 0
          && attempt.peer == peer
          && attempt.incarnation.equals(peer.incarnation())) {
        latestNs = Math.max(latestNs, attempt.notBeforeNs);
      }
    }
    return latestNs;
  }

  /** Takes an attempt out of those that the policy counts. */
  void discount(Attempt attempt) {
    if (attempt.counts) {
      attempt.counts = false;
      counted--;
    }
  }

  /** What is known of the work over all attempts, if no handler's answer decides. */
  Execution execution() {
    Execution sum = Execution.NOT_SENT;
    for (int i = 0; i < attemptCount(); i++) {
      Attempt attempt = nth(i);
      if (attempt.execution == Execution.UNKNOWN || attempt.execution == Execution.EXECUTED) {
        return Execution.UNKNOWN;
      }
      if (attempt.execution == Execution.NOT_EXECUTED) {
        sum = Execution.NOT_EXECUTED;
      }
    }
    return sum;
  }

  List<AttemptTrace> traces(long nowNs) {
    List<AttemptTrace> traces = new ArrayList<>();
    attempts().forEach(attempt -> traces.add(attempt.trace(startNs, nowNs)));
    return traces;
  }

  void begin(long number, long nowNs) {
    seq = number;
    startNs = nowNs;
    boolean forEver = timeoutNs > Long.MAX_VALUE - Math.max(0, nowNs);
    deadlineNs = forEver ? Long.MAX_VALUE : nowNs + timeoutNs;
  }

  void succeed(Response answer) {
    done = true;
    response = answer;
  }

  void fail(RpcException why) {
    done = true;
    failure = why;
  }
}
