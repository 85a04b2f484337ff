package io.meshrpc.core;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Execution;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import io.meshrpc.wire.Numbered;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.Slices;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One call at its client, through all its attempts. Owned by the loop once it was started, which it is
 * when it is opened there. Most calls need one attempt and no more: what others need besides is in
 * their {@link Detours}.
 */
public final class ClientCall extends Timers.Timed implements Numbered, Mail<ClientEngine> {
  private static final Object TAKEN = new Object();

  private final MethodDescriptor<?, ?> method;
  private final byte[] head; // of its payload: most have no tail
  private final CallOptions options;
  private final RetryPolicy retry;
  private final Object ticket;

  private @Nullable Attempt first;
  private @Nullable Detours detours; // null: none yet
  long seq; // 0 until started
  long startNs;
  long deadlineNs; // until it is started: its time
  private @Nullable Object end; // its Response, TAKEN, or its RpcException; null until then

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
      byte[] head,
      CallOptions options,
      RetryPolicy retry,
      long timeoutNs,
      Object ticket) {
    this.method = method;
    this.head = head;
    this.options = options;
    this.retry = retry;
    this.deadlineNs = timeoutNs;
    this.ticket = ticket;
  }

  @Override
  public void open(ClientEngine engine, long nowNs) {
    engine.start(this, nowNs);
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
    return end instanceof Response response ? response : null;
  }

  /** By who has taken the answer, or the failure, after the end. */
  public void forgetEnd() {
    end = TAKEN;
  }

  /** The failure, if it failed. */
  public @Nullable RpcException failure() {
    return end instanceof RpcException failure ? failure : null;
  }

  boolean isDone() {
    return end != null;
  }

  /** The number of the attempt that was a hedge; 0 if none was. */
  public int hedgeAttempt() {
    return detours == null ? 0 : detours.hedgeAttempt;
  }

  /** As the caller gave them. */
  public CallOptions options() {
    return options;
  }

  /** With bytes that follow the payload, in an array that never changes; before it starts. */
  public ClientCall withTail(byte[] tail) {
    if (tail.length > 0) {
      detours().tail = tail;
    }
    return this;
  }

  /** May be hedged by this policy, if it may run twice; before it starts. */
  public ClientCall hedgedBy(HedgePolicy policy) {
    if (!policy.isOff()) {
      detours().hedge = policy;
    }
    return this;
  }

  byte[] head() {
    return head;
  }

  byte[] tail() {
    return detours == null ? Detours.NO_TAIL : detours.tail;
  }

  int payloadBytes() {
    return Slices.bytes(head.length, tail());
  }

  RetryPolicy retry() {
    return retry;
  }

  long timeoutNs() {
    return seq == 0 ? deadlineNs : deadlineNs - startNs;
  }

  /** The same object each time. */
  Detours detours() {
    Detours known = detours;
    if (known == null) {
      known = new Detours(this);
      detours = known;
    }
    return known;
  }

  /** Before it was started. */
  void cancelEarly(Status status) {
    detours().cancelled = status;
  }

  /** Null unless it was cancelled before it was started. */
  @Nullable
  Status cancelledEarly() {
    return detours == null ? null : detours.cancelled;
  }

  /** Is let through from now on, should all servers be coming back. */
  void admit() {
    detours().admitted = true;
  }

  boolean isAdmitted() {
    return first != null || (detours != null && detours.admitted);
  }

  /** How often its present choice was put off. */
  int asked() {
    return detours == null ? 0 : detours.asked;
  }

  /** Its next choice is another one. */
  void endChoice() {
    if (detours != null) {
      detours.asked = 0;
    }
  }

  /** Whether a call that may have run may run once more, elsewhere. */
  boolean mayRunTwice() {
    return retry.allowsSecondExecution(method.idempotency());
  }

  HedgePolicy hedgePolicy() {
    return detours == null ? HedgePolicy.OFF : detours.hedge;
  }

  /** Whether a second attempt may be begun while the first is open. */
  boolean mayHedge() {
    return !hedgePolicy().isOff() && options.server() == null && mayRunTwice();
  }

  /** Whether servers are to say when they start it. */
  boolean isTied() {
    return hedgePolicy().tied() && mayHedge();
  }

  /** The attempt is one more than need be. */
  void hedgeWith(Attempt attempt) {
    detours().hedgeAttempt = attempt.number;
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
    } else {
      detours().add(attempt);
    }
  }

  boolean hasAttempts() {
    return first != null;
  }

  int attemptCount() {
    return first == null ? 0 : 1 + others().size();
  }

  private List<Attempt> others() {
    return detours == null ? List.of() : detours.others;
  }

  /** The attempts in their order, from 0. */
  Attempt nth(int index) {
    return index == 0 && first != null ? first : others().get(index - 1);
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
    return isOpen(true);
  }

  /** Whether an attempt is open that nothing has replaced yet. */
  boolean hasGoodAttempt() {
    return isOpen(false);
  }

  private boolean isOpen(boolean displacedCounts) {
    for (int i = attemptCount() - 1; i >= 0; i--) {
      if (nth(i).isOpen() && (displacedCounts || !nth(i).isDisplaced())) {
        return true;
      }
    }
    return false;
  }

  /** Whether it is hedged, and another attempt than this one is as good as the call has. */
  boolean hasOtherOfTwo(Attempt attempt) {
    for (int i = 0; hedgeAttempt() != 0 && i < attemptCount(); i++) {
      Attempt other = nth(i);
      if (other != attempt && other.isOpen() && !other.isDisplaced()) {
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

  /** Whether it is to go on at a moment that is set. */
  boolean isPausing() {
    return detours != null && detours.isSet();
  }

  /** Whether another attempt may have reached the same server process, and run there. */
  boolean mayHaveRunAt(Attempt next) {
    for (int i = 0; !others().isEmpty() && i < attemptCount(); i++) {
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
      if (attempt.notBeforeNs() != 0
          && attempt.peer == peer
          && attempt.incarnation.equals(peer.incarnation())) {
        latestNs = Math.max(latestNs, attempt.notBeforeNs());
      }
    }
    return latestNs;
  }

  /** Takes an attempt out of those that the policy counts. */
  void discount(Attempt attempt) {
    if (attempt.discount()) {
      detours().uncounted++;
    }
  }

  /** Of the attempt that is added next. */
  int nextNumber() {
    return 1 + attemptCount() + (detours == null ? 0 : detours.askedAgain);
  }

  /** A number for an attempt that does not count: the same process is asked once more. */
  int nextUncounted() {
    int number = nextNumber();
    detours().askedAgain++;
    detours().uncounted++;
    return number;
  }

  /** Attempts that count against the policy. */
  int counted() {
    return nextNumber() - 1 - (detours == null ? 0 : detours.uncounted);
  }

  Hedger.@Nullable Hedge hedging() {
    return detours == null ? null : detours.hedging;
  }

  void begin(long number, long nowNs) {
    seq = number;
    startNs = nowNs;
    boolean forEver = deadlineNs > Long.MAX_VALUE - Math.max(0, nowNs);
    deadlineNs = forEver ? Long.MAX_VALUE : nowNs + deadlineNs;
  }

  void succeed(Response answer) {
    end = answer;
  }

  void fail(RpcException why) {
    end = why;
  }
}
