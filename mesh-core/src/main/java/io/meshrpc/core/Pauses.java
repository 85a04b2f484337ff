package io.meshrpc.core;

import io.meshrpc.policy.Backoff;
import io.meshrpc.policy.RetryBudget;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Calls that pause before their next attempt, and the budget that lets them have it. */
final class Pauses {
  private final RandomGenerator random;
  private final RetryBudget budget = new RetryBudget();
  private final Timers<Detours> retries = new Timers<>();

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
    Detours again = call.detours();
    again.backoffNs = Backoff.nextNs(call.retry(), again.backoffNs, random);
    again.needsBudget = needsBudget;
    again.choice = false;
    retries.set(again, nowNs + again.backoffNs);
  }

  /** Lets the call go on at this moment. */
  void until(ClientCall call, long dueNs) {
    Detours again = call.detours();
    again.needsBudget = false;
    again.choice = false;
    retries.set(again, dueNs);
  }

  /** Ends the wait for a choice at this moment. */
  void forChoice(ClientCall call, long dueNs) {
    until(call, dueNs);
    call.detours().choice = true;
  }

  void cancel(ClientCall call) {
    if (call.isPausing()) {
      retries.cancel(call.detours());
    }
  }

  long nextDueNs() {
    return retries.nextDueNs();
  }

  /** The next call whose pause is over; one that the budget does not let go pauses again. */
  @Nullable
  ClientCall pollDue(long nowNs) {
    Detours retry;
    while ((retry = retries.pollDue(nowNs)) != null) {
      ClientCall call = retry.call;
      boolean needless = call.isDone() || call.hasGoodAttempt();
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
