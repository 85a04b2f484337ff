package io.meshrpc;

import io.meshrpc.core.Mail;
import io.meshrpc.core.ServerEngine;
import io.meshrpc.edge.Invocation;
import io.meshrpc.edge.SafeLog;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Handlers that were declared short, which the loop runs itself once the engine is done with what made them start.
 * Not before: a compiler inlines only so many calls into each other, and what a handler makes for its answer stays
 * off the heap only if all of them are. Owned by the loop.
 */
final class ShortHandlers {
  private static final long HELD_MAX_NS = 10_000_000;

  private final HandlerRunner runner;
  private final LongSupplier clock;
  private List<Invocation> started = new ArrayList<>();

  /** Opened by the loop after {@link #add} has asked for it: runs what was added. */
  final Mail<ServerEngine> run = (engine, now) -> runStarted(now);

  ShortHandlers(HandlerRunner runner, LongSupplier clock) {
    this.runner = runner;
    this.clock = clock;
  }

  /** Takes it; true if {@link #run} is to be opened for it and those that follow. */
  boolean add(Invocation invocation) {
    invocation.keepReply(true);
    started.add(invocation);
    return started.size() == 1;
  }

  private void runStarted(long nowNs) {
    List<Invocation> some = started;
    started = new ArrayList<>(some.size()); // more may come, for those there is room now
    run(some);
    for (Invocation invocation : some) {
      if (invocation.hasKept()) {
        runner.finish(invocation, invocation.ranNs(), nowNs);
      } else {
        runner.awaitLateEnd(invocation);
      }
    }
  }

  /** One follows the other at once, so the clock is asked once for each. */
  private void run(List<Invocation> some) {
    long fromNs = clock.getAsLong();
    for (Invocation invocation : some) {
      invocation.run();
      long endNs = clock.getAsLong();
      invocation.heldFor(endNs - fromNs);
      if (endNs - fromNs > HELD_MAX_NS) {
        warn(invocation);
      }
      fromNs = endNs;
    }
  }

  private void warn(Invocation invocation) {
    Way way = runner.way(invocation.call());
    if (!way.warned) {
      way.warned = true;
      SafeLog.warn("the handler of " + invocation.call().method()
          + " is declared short and held up the loop for " + invocation.heldNs() / 1_000_000
          + " ms (expected: <= 10 ms)");
    }
  }
}
