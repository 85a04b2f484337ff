package io.meshrpc.edge;

import io.meshrpc.api.CallContext;
import io.meshrpc.core.ClientCall;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The future of a call, and its ticket. Cancelling it cancels the call; what is derived from it is plain
 * and does not.
 *
 * @param <R> the reply's type
 */
public class ReplyFuture<R> extends CompletableFuture<R> implements Completion {
  private final Consumer<ClientCall> canceller;
  private final @Nullable CallContext handler; // that makes the call, if one does
  private @Nullable ClientCall call; // set before anybody sees the future

  /**
   * A future that is yet to get its call, in the thread that makes it.
   *
   * @param canceller hears, in the thread that cancels, of a call that is no longer wanted
   */
  public ReplyFuture(Consumer<ClientCall> canceller) {
    this.canceller = canceller;
    handler = CallContext.current().orElse(null);
  }

  /** Before the call is started: which one it is. */
  public final void of(ClientCall call) {
    this.call = call;
  }

  /** The context of the handler that makes the call; null if none does. */
  public final @Nullable CallContext handler() {
    return handler;
  }

  @Override
  public boolean isLeftToWaiter() {
    return false;
  }

  /**
   * Completes the future, once the call has ended; nothing if it was done before. Once for each future. What
   * hangs on it is still the work of the handler that has made the call.
   */
  @Override
  public final void run() {
    if (isDone()) {
      return;
    }
    CallContext context = handler;
    if (context == null) {
      settle();
    } else {
      context.wrap(Runnable::run).execute(this::settle);
    }
  }

  private void settle() {
    try {
      complete(Replies.take(call));
    } catch (Throwable e) {
      completeExceptionally(e);
    }
  }

  @Override
  public final boolean cancel(boolean mayInterruptIfRunning) {
    boolean first = !isDone();
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (first && cancelled && call != null) {
      canceller.accept(call);
    }
    return cancelled;
  }

  @Override
  public final <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
