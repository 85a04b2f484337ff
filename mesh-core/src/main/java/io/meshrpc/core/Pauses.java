package io.meshrpc.core;

import io.meshrpc.policy.Backoff;
import io.meshrpc.policy.RetryBudget;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Calls that pause before their next attempt, and the budget that lets them have it. */
final class Pauses {
  private final RandomGenerator random;
  private final RetryBudget budget = new RetryBudget();
  private final Timers<ClientCall.Retry> retries = new Timers<>();

  Pauses(RandomGenerator random) {
    this.random = random;
  }

  void onSuccess() {
    budget.onSuccess();
  }

  /** Takes one retry; false if none is in store. */
  boolean tryTake(long nowNs) {
    return budget.tryTake(nowNs);
  }

  /** Begins a random pause, longer than the call's last. */
  void begin(ClientCall call, boolean needsBudget, long nowNs) {
    call.backoffNs = Backoff.nextNs(call.retry(), call.backoffNs, random);
    ClientCall.Retry again = call.again();
    again.needsBudget = needsBudget;
    again.choice = false;
    retries.set(again, nowNs + call.backoffNs);
  }

  /** Lets the call go on at this moment. */
  void until(ClientCall call, long dueNs) {
    ClientCall.Retry again = call.again();
    again.needsBudget = false;
    again.choice = false;
    retries.set(again, dueNs);
  }

  /** Ends the wait for a choice at this moment. */
  void forChoice(ClientCall call, long dueNs) {
    until(call, dueNs);
    call.again().choice = true;
  }

  void cancel(ClientCall call) {
    if (call.isPausing()) {
      retries.cancel(call.again());
    }
  }

  long nextDueNs() {
    return retries.nextDueNs();
  }

  /** The next call whose pause is over; one that the budget does not let go pauses again. */
  @Nullable
  ClientCall pollDue(long nowNs) {
    ClientCall.Retry retry;
    while ((retry = retries.pollDue(nowNs)) != null) {
      ClientCall call = retry.call;
      boolean needless = call.done || call.hasGoodAttempt();
      if (!needless && (!retry.needsBudget || budget.tryTake(nowNs))) {
        return call;
      }
      if (!needless) {
        begin(call, true, nowNs);
      }
    }
    return null;
  }
}
