package io.meshrpc.api;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What a handler knows about the call it serves. Calls made while a context is current inherit its
 * deadline, and are cancelled with it. It is current in the handler's thread, and in what hangs on the futures, and in the
 * callbacks, of calls that were made while it was. Safe to use from any thread.
 */
public interface CallContext {
  /** The context of the handler that runs in this thread, if one does. */
  static Optional<CallContext> current() {
    return Optional.ofNullable(CurrentContext.context());
  }

  /**
   * Runs an action with no context current in this thread, and the former one afterwards. Calls that it
   * makes have deadlines of their own and go on when the handler's call is cancelled. {@code
   * MeshServer.close} of the handler's own server is not to be called here: it would wait for the handler.
   */
  static <T> T detached(Supplier<T> action) {
    CurrentContext here = CurrentContext.here();
    CallContext before = here.enter(null);
    try {
      return action.get();
    } finally {
      here.leave(before);
    }
  }

  /** Time left until the caller's deadline; zero once it has passed. */
  Duration timeLeft();

  /** Whether nobody waits for the answer any more: cancelled, or past the deadline. */
  boolean isCancelled();

  /**
   * Runs an action once, when nobody waits for the answer any more; at once, in this thread, if that
   * is so already. It runs in a thread of the server's, beside the handler; what it throws is logged.
   */
  void onCancel(Runnable action);

  /** The attempt's number, from 1. More than 1 says that the caller has tried before. */
  int attempt();

  /** The method that is served. */
  MethodDescriptor<?, ?> method();

  /** The caller's node, as it calls itself. */
  Caller caller();

  /** Who the caller is, as proven to this server; {@link PeerIdentity#NONE} without security. */
  default PeerIdentity peer() {
    return PeerIdentity.NONE;
  }

  /** What the caller sent along. */
  Metadata metadata();

  /** The priority that the caller gave the call. */
  Priority priority();

  /**
   * Sends metadata back with the reply; replaces what was set before. The caller reads it with {@link
   * CallOptions#withReplyMetadata}.
   *
   * @throws IllegalArgumentException if keys and values have more than 8 KiB
   */
  void replyMetadata(Metadata metadata);

  /** Runs an action with this context current in this thread, and the former one afterwards. */
  default <T> T call(Callable<T> action) throws Exception {
    CurrentContext here = CurrentContext.here();
    CallContext before = here.enter(this);
    try {
      return action.call();
    } finally {
      here.leave(before);
    }
  }

  /** An executor that runs what it is given with this context current. */
  default Executor wrap(Executor executor) {
    return task -> executor.execute(() -> {
      CurrentContext here = CurrentContext.here();
      CallContext before = here.enter(this);
      try {
        task.run();
      } finally {
        here.leave(before);
      }
    });
  }

  /**
   * A node that calls.
   *
   * @param name the name that it gave itself; may be empty
   * @param incarnation 32 hexadecimal digits, drawn anew whenever it starts
   */
  record Caller(String name, String incarnation) {}
}
