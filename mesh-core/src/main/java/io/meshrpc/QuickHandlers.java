package io.meshrpc;

import io.meshrpc.core.ServerCall;
import io.meshrpc.edge.Guest;
import io.meshrpc.edge.Invocation;
import io.meshrpc.edge.SafeLog;
import io.meshrpc.zmq.Guests;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Handlers to which the loop lends its thread, in the order in which they came. Owned by the loop. */
final class QuickHandlers implements Guests {
  private static final int WAITING_MAX =
      64; // that a turn gathers, as many as may run at once by default

  private final HandlerRunner runner;
  private final ArrayDeque<Invocation> waiting = new ArrayDeque<>();
  private final TurnTime turnTime = new TurnTime();
  private @Nullable Invocation latest;

  QuickHandlers(HandlerRunner runner) {
    this.runner = runner;
  }

  /** Takes it, unless those of its habit are not quick, or the turn has as many as it should. */
  boolean take(Invocation invocation, Habit habit) {
    if (!habit.isQuick() || !turnTime.take(habit.costNs())) {
      return false;
    }
    invocation.keepReply(true);
    waiting.add(invocation);
    return true;
  }

  /** Whether they should run before there are more. */
  boolean isFull() {
    return waiting.size() >= WAITING_MAX;
  }

  @Override
  public @Nullable Guest next() {
    Invocation next = waiting.poll();
    if (next != null && turnTime.isOver()) {
      handOver(next);
      next = null;
    }
    if (next == null) {
      handOverAll();
      turnTime.reset();
    } else {
      latest = next;
    }
    return next;
  }

  @Override
  public void onLeft(long tookNs, long nowNs) {
    turnTime.onTaken(tookNs);
    Invocation invocation = latest();
    latest = null; // not to be held
    Habit habit = habit(invocation);
    if (habit != null) {
      habit.onRan(tookNs, nowNs);
    }
    if (invocation.hasKept()) {
      runner.finish(invocation, tookNs, nowNs);
    } else {
      runner.awaitLateEnd(invocation);
    }
  }

  @Override
  public void onStays(long nowNs) {
    Invocation invocation = latest();
    Habit habit = habit(invocation);
    if (habit != null) {
      habit.onStayed(nowNs);
    }
    runner.awaitEnd(invocation);
    handOverAll();
    SafeLog.debug(() -> "a handler of " + invocation.call().method()
        + " keeps the thread of the loop, which goes on in another");
  }

  @Override
  public void onDeclined() {
    handOver(latest());
    handOverAll();
  }

  private Invocation latest() {
    return Objects.requireNonNull(latest, "latest");
  }

  private @Nullable Habit habit(Invocation invocation) {
    return runner.way(invocation.call()).habit;
  }

  private void handOverAll() {
    for (Invocation next = waiting.poll(); next != null; next = waiting.poll()) {
      handOver(next);
    }
  }

  private void handOver(Invocation invocation) {
    invocation.keepReply(false);
    runner.handOver(invocation, runner.way(invocation.call()));
  }

  /** The one of this call, if it waits; null if it does not. */
  @Nullable
  Invocation waiting(ServerCall call) {
    for (Invocation invocation : waiting) {
      if (invocation.call() == call) {
        return invocation;
      }
    }
    return null;
  }
}
