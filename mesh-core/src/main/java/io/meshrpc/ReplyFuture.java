package io.meshrpc;

import io.meshrpc.core.ClientCall;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The future of a call. Cancelling it cancels the call; what is derived from it is plain and does not.
 *
 * @param <R> the reply's type
 */
final class ReplyFuture<R> extends CompletableFuture<R> {
  private final Consumer<ClientCall> canceller;

  @Nullable
  ClientCall call; // set before anybody sees the future

  ReplyFuture(Consumer<ClientCall> canceller) {
    this.canceller = canceller;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean first = !isDone();
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (first && cancelled && call != null) {
      canceller.accept(call);
    }
    return cancelled;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
