package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Response;

/** What an answer that is not a success means for its call. */
final class RetryRules {
  /** What to do. */
  enum Next {
    /** Nothing: the other one of two attempts is awaited. */
    LEAVE,
    /** The caller gets the answer. */
    FAIL,
    /** Another server at once; as if it had never been sent. */
    REPICK,
    /** Another attempt, after a pause and within the budget. */
    RETRY,
    /** The request belonged to another session: ask again when there is a new one. */
    ASK_AGAIN
  }

  private RetryRules() {}

  static Next after(ClientCall call, Attempt attempt, Response answer) {
    return switch (answer.execution()) {
      case EXECUTED -> {
        if (isServerFault(answer) && call.hasOtherOfTwo(attempt)) {
          yield Next.LEAVE; // unhedged, the call might have got the other's answer
        }
        boolean retryable = call.retry().retryableCodes().contains(answer.code());
        yield retryable && call.mayRunTwice() ? Next.RETRY : Next.FAIL;
      }
      case NOT_EXECUTED, NOT_SENT -> afterNotExecuted(attempt, answer);
      case UNKNOWN -> call.mayRunTwice() ? Next.RETRY : Next.FAIL;
    };
  }

  private static Next afterNotExecuted(Attempt attempt, Response answer) {
    return switch (answer.reason()) {
      case STALE_SESSION -> attempt.wasAskedAgain() ? Next.ASK_AGAIN : Next.REPICK;
      case DRAINING, REVOKED -> Next.REPICK;
      case TOO_LARGE, MALFORMED_REQUEST, NOT_AUTHORIZED -> Next.FAIL;
      default -> Next.RETRY;
    };
  }

  /** From when on the server wants the call again; 0 if it said nothing, MAX_VALUE for never. */
  static long notBeforeNs(Response answer, long nowNs) {
    return switch (answer.pushbackMs()) {
      case 0 -> 0;
      case Response.NEVER -> Long.MAX_VALUE;
      default -> nowNs + answer.pushbackMs() * 1_000_000L;
    };
  }

  /** What an answer tells of its server. */
  static LoadBalancer.Outcome outcome(Response answer) {
    if (answer.execution() == Execution.EXECUTED) {
      if (answer.code() == Code.OK) {
        return LoadBalancer.Outcome.SUCCESS;
      }
      return isServerFault(answer) ? LoadBalancer.Outcome.FAULT : LoadBalancer.Outcome.ANSWERED;
    }
    return switch (answer.reason()) {
      case QUEUE_FULL, WOULD_MISS_DEADLINE, EXPIRED_IN_QUEUE, SHED -> LoadBalancer.Outcome.REFUSED;
      case EXPIRED_RUNNING -> LoadBalancer.Outcome.SILENT;
      default -> LoadBalancer.Outcome.LET_GO;
    };
  }

  /** Whether an answer says that something is wrong with its server. */
  static boolean isServerFault(Response answer) {
    if (answer.execution() != Execution.EXECUTED || answer.reason() != Reason.HANDLER) {
      return false;
    }
    Code code = answer.code();
    return code == Code.UNKNOWN
        || code == Code.INTERNAL
        || code == Code.UNAVAILABLE
        || code == Code.DATA_LOSS;
  }
}
