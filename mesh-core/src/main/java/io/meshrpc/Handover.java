package io.meshrpc;

import io.meshrpc.edge.Invocation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Gathers what a turn of the loop has for an executor and hands it over at the turn's end. A thread
 * that is woken takes the processor of the loop that wakes it: it should find all there is to do, and
 * what the turn sends should have left. Owned by the loop.
 */
final class Handover {
  private final Executor executor;
  private final List<Invocation> ready = new ArrayList<>();

  Handover(Executor executor) {
    this.executor = executor;
  }

  void add(Invocation invocation) {
    ready.add(invocation);
  }

  /** Hands over. What the executor rejects, whatever it throws, is refused; the loop goes on. */
  void flush() {
    if (ready.isEmpty()) {
      return;
    }
    if (executor instanceof WorkerPool pool) {
      pool.executeAll(ready, Invocation::rejected);
    } else {
      ready.forEach(this::execute);
    }
    ready.clear();
  }

  private void execute(Invocation invocation) {
    try {
      executor.execute(invocation);
    } catch (Throwable e) { // such as no more threads
      invocation.rejected(e);
    }
  }
}
