package io.meshrpc.testkit;

import io.meshrpc.api.CallContext;
import io.meshrpc.sim.DrivenMesh;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A mesh from its opening to its closing: whose turn it is, and what time. All code of the test and of
 * its handlers runs in one thread, as events of the simulation, and never inside a node's engine.
 */
final class Stage {
  private static final long LATE_NS = 1_000_000;

  final DrivenMesh driven;
  final List<TestServer> servers = new ArrayList<>();
  final List<TestClient> clients = new ArrayList<>();
  private @Nullable Host host; // for whom the code acts that runs now; null: for the test
  private @Nullable Thread owner; // in which time has passed
  private boolean running; // time passes right now
  private boolean closed;
  private @Nullable Throwable misuse; // to be thrown in the test; unchecked
  private int handlersWaiting; // each on top of the one before
  private long failures;

  Stage(long seed) {
    this.driven = new DrivenMesh(seed);
  }

  long nowNs() {
    return driven.nowNs();
  }

  Duration now() {
    return Duration.ofNanos(nowNs());
  }

  @Nullable
  Host host() {
    return host;
  }

  String correlationId() {
    return String.valueOf(++failures);
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
  }

  void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the mesh is closed (expected: an open one)");
    }
    Thread here = Thread.currentThread();
    if (owner == null) {
      owner = here;
    } else if (owner != here) {
      IllegalStateException wrong = new IllegalStateException("the mesh is used in thread "
          + here.getName() + " (expected: " + owner.getName()
          + ", where it was used before; handlers end later with sleep or after)");
      misuse = misuse == null ? wrong : misuse;
      throw wrong;
    }
  }

  /** The test lets time pass. */
  void run(String what, Runnable steps) {
    checkOpen();
    if (running) {
      throw new IllegalStateException(what
          + " inside a handler or a callback (expected: in the test; sleep and after do not wait)");
    }
    running = true;
    try {
      steps.run();
    } finally {
      running = false;
    }
    Throwable wrong = misuse;
    misuse = null;
    if (wrong instanceof Error error) {
      throw error;
    }
    if (wrong instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /** Whether time passes right now, which code that is called meanwhile must not do once more. */
  boolean isRunning() {
    return running;
  }

  /** The clients in the process of a server. */
  List<TestClient> twins(TestServer server) {
    return clients.stream()
        .filter(client -> client.name().equals(server.name()))
        .toList();
  }

  /** The server in the process of a client. */
  @Nullable
  TestServer twin(TestClient client) {
    for (TestServer server : servers) {
      if (server.name().equals(client.name())) {
        return server;
      }
    }
    return null;
  }

  void checkMine(TestNode node) {
    checkOpen();
    if (!servers.contains(node) && !clients.contains(node)) {
      throw new IllegalArgumentException(node + " (expected: one of this mesh)");
    }
  }

  void checkNotInTurn(String what) {
    if (driven.isInTurn()) {
      throw new IllegalStateException(what + " on a node's loop, which would wait for itself"
          + " (expected: elsewhere; callAsync does not wait)");
    }
  }

  /** Does something for a process, or for the test, at a moment; not if the process is gone then. */
  void plan(@Nullable Host whose, long atNs, Runnable action) {
    checkOpen();
    driven.at(atNs, () -> act(whose, action));
  }

  private void act(@Nullable Host whose, Runnable action) {
    if (closed || (whose != null && whose.isGone())) {
      return;
    }
    if (whose != null && whose.isPaused()) {
      whose.server().park(() -> act(whose, action));
      return;
    }
    Host before = host;
    host = whose;
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      if (handlersWaiting == 0) {
        throw e;
      }
      misuse = misuse == null ? e : misuse; // the handler that waits has nothing to do with it
    } finally {
      host = before;
    }
  }

  /** Lets time pass until the future is complete. */
  <T> T await(String what, CompletableFuture<T> future, long atMostNs, BooleanSupplier isLost) {
    checkOpen();
    checkNotInTurn(what);
    Wait wait = new Wait(what, future, nowNs() + atMostNs, isLost);
    if (running) {
      wait.runOutsideTheHandler();
    } else {
      run(what, wait);
    }
    return result(future);
  }

  private static <T> T result(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw e;
    }
  }

  /** Somebody waits: the test, or a handler on top of which the mesh goes on. */
  private final class Wait implements Runnable {
    private final String what;
    private final CompletableFuture<?> future;
    private final long latestNs;
    private final BooleanSupplier isLost;
    private final @Nullable Host mine = host;
    private long doneNs = Long.MAX_VALUE;

    Wait(String what, CompletableFuture<?> future, long latestNs, BooleanSupplier isLost) {
      this.what = what;
      this.future = future;
      this.latestNs = latestNs;
      this.isLost = isLost;
    }

    /** Others must not take the waiting handler's context for theirs. */
    void runOutsideTheHandler() {
      boolean wanted =
          CallContext.current().map(context -> !context.isCancelled()).orElse(false);
      int more = mine == null ? 0 : 1;
      handlersWaiting += more;
      try {
        CallContext.detached(() -> {
          run();
          return true;
        });
      } finally {
        handlersWaiting -= more;
      }
      boolean stillWanted =
          wanted && CallContext.current().map(context -> !context.isCancelled()).orElse(false);
      if (mine != null && stillWanted && nowNs() - doneNs > LATE_NS) {
        tellLate();
      }
    }

    @Override
    public void run() {
      CompletableFuture<?> unused = future.whenComplete((any, failure) -> doneNs = nowNs());
      while (!future.isDone() || isPaused()) {
        if (mine != null && mine.isGone()) {
          throw new ProcessGone(mine);
        }
        if (isLost.getAsBoolean()) {
          throw new IllegalStateException(
              what + " never ends, for the client's process is gone (expected: one that lives)");
        }
        if (!driven.step(latestNs)) {
          throw new AssertionError(what + " has not ended at " + Duration.ofNanos(latestNs));
        }
      }
      if (mine != null && mine.isGone()) {
        throw new ProcessGone(mine);
      }
    }

    private boolean isPaused() {
      boolean paused = mine != null && mine.isPaused();
      if (paused && future.isDone()) {
        doneNs = nowNs();
      }
      return paused;
    }

    /** In one thread, the handler that began to wait last must have its answer first. */
    private void tellLate() {
      if (misuse == null) {
        misuse = new IllegalStateException("a handler in " + mine + " got the answer of its " + what
            + " at " + Duration.ofNanos(doneNs) + " and could go on at " + now()
            + " only, for another handler waited on top of it"
            + " (expected: callAsync in handlers that wait at the same time)");
      }
    }
  }
}
