package io.meshrpc.core;

import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Status;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One sending of a call to one server, until something definite is known of it. */
final class Attempt extends Chain.Link {
  final ClientCall call;
  final Peer peer;
  final String incarnation;
  final long sentNs;
  int number; // grows when the same server process is asked again
  long session; // of the latest sending
  Execution execution = Execution.UNKNOWN;
  private @Nullable Trouble trouble; // null: none yet

  private @Nullable Status end; // null while open

  Attempt(ClientCall call, Peer peer, int number, long nowNs) {
    this.call = call;
    this.peer = peer;
    this.incarnation = peer.incarnation();
    this.number = number;
    this.sentNs = nowNs;
  }

  /** What few attempts have. It is timed while the attempt may be queued where it is. */
  static final class Trouble extends Timers.Timed {
    final Attempt attempt;
    private boolean started; // its server has said so
    private boolean revoking; // a Cancel is under way
    private boolean lost; // its connection is gone; waits for the same process to come back
    private boolean asked; // sent to the same process once more, which remembers what it has run
    private boolean displaced; // another one was begun, or is to be, because of its server
    private boolean uncounted; // against the policy
    private boolean announced; // the interceptor knows of it, though it was not sent
    private int firstNumber; // before it was asked again
    private long notBeforeNs; // see notBeforeNs()
    private long failedNs; // when it ended otherwise than by success

    @Nullable
    Throwable culprit; // what the interceptor threw

    private Trouble(Attempt attempt) {
      this.attempt = attempt;
      this.firstNumber = attempt.number;
    }
  }

  /** The same object each time. */
  Trouble trouble() {
    Trouble known = trouble;
    if (known == null) {
      known = new Trouble(this);
      trouble = known;
    }
    return known;
  }

  /** Whether it is to lose its patience at a moment that is set. */
  boolean isPatient() {
    return trouble != null && trouble.isSet();
  }

  boolean hasStarted() {
    return trouble != null && trouble.started;
  }

  void start() {
    trouble().started = true;
  }

  boolean isRevoking() {
    return trouble != null && trouble.revoking;
  }

  void revoke(boolean begins) {
    if (begins != isRevoking()) {
      trouble().revoking = begins;
    }
  }

  boolean isLost() {
    return trouble != null && trouble.lost;
  }

  void lose() {
    trouble().lost = true;
  }

  boolean isDisplaced() {
    return trouble != null && trouble.displaced;
  }

  void displace() {
    trouble().displaced = true;
  }

  /** False if it was taken out of those that the policy counts before. */
  boolean discount() {
    boolean first = !trouble().uncounted;
    trouble().uncounted = true;
    return first;
  }

  void announce() {
    trouble().announced = true;
  }

  boolean wasAnnounced() {
    return execution != Execution.NOT_SENT || (trouble != null && trouble.announced);
  }

  boolean wasAskedAgain() {
    return trouble != null && trouble.asked;
  }

  /** The same server process is asked again. */
  void askAgain() {
    Trouble its = trouble(); // knows the number so far
    its.lost = false;
    its.asked = true;
    number = call.nextUncounted();
  }

  /** Its server wishes not to get the call again before; MAX_VALUE: never; 0: it has said nothing. */
  long notBeforeNs() {
    return trouble == null ? 0 : trouble.notBeforeNs;
  }

  void waitUntil(long notBeforeNs) {
    if (notBeforeNs != notBeforeNs()) {
      trouble().notBeforeNs = notBeforeNs;
    }
  }

  boolean isOpen() {
    return end == null;
  }

  /** Whether this number is one that the attempt has, or had before it was asked again. */
  boolean had(int other) {
    return other >= (trouble == null ? number : trouble.firstNumber) && other <= number;
  }

  /**
   * Whether the answer may end it. An attempt that was given up may still be answered, but only by
   * what a handler said; so may one that was asked again, by the answer to the earlier sending.
   */
  boolean accepts(Response answer) {
    if (answer.execution() == Execution.EXECUTED) {
      return execution == Execution.UNKNOWN;
    }
    return isOpen() && answer.attempt() == number;
  }

  /** Takes note of a late answer that changes nothing but what is known. */
  void learn(Response answer) {
    boolean definite = answer.execution() == Execution.NOT_EXECUTED && answer.attempt() == number;
    if (definite && !isOpen() && !wasAskedAgain() && execution == Execution.UNKNOWN) {
      execution = Execution.NOT_EXECUTED;
    }
  }

  void end(Execution known, Status status, long nowNs) {
    execution = known;
    end = status;
    if (status != Status.OK) { // else nobody will ask for it later
      trouble().failedNs = nowNs;
    }
  }

  private long endNs(long nowNs) {
    return trouble == null || trouble.failedNs == 0 ? nowNs : trouble.failedNs;
  }

  Request request(Metadata metadata, long nowNs) {
    byte[] head = call.head();
    return new Request(
        call.seq,
        peer.number(call.method()),
        number,
        Math.max(1, (call.deadlineNs - nowNs) / 1000),
        call.options().priority(),
        call.mayRunTwice(),
        wasAskedAgain() || call.mayHaveRunAt(this),
        call.isTied(),
        metadata,
        head,
        0,
        head.length,
        call.tail());
  }

  /** What the user's own code threw instead of letting it be sent; null if nothing. */
  @Nullable
  Throwable culprit() {
    return trouble == null ? null : trouble.culprit;
  }

  AttemptTrace trace(long callStartNs, long nowNs) {
    Status status = end == null ? new Status(Code.UNKNOWN, "no answer") : end;
    return new AttemptTrace(
        number,
        peer.endpoint(),
        incarnation,
        execution,
        status,
        Duration.ofNanos(sentNs - callStartNs),
        Duration.ofNanos(endNs(nowNs) - sentNs),
        number == call.hedgeAttempt());
  }
}
