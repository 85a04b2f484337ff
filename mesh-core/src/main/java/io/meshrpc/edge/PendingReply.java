package io.meshrpc.edge;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.core.ClientCall;
import io.meshrpc.wire.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a caller waits for the end of its call: a parked thread, or a future. The reply is decoded by
 * whoever wanted it, never by the loop.
 *
 * @param <R> the reply's type
 */
public final class PendingReply<R> {
  private final MethodDescriptor<?, R> method;
  private final @Nullable Consumer<Metadata> replyMetadata;
  private final @Nullable Thread waiter;
  private final @Nullable CompletableFuture<R> future;
  private volatile @Nullable ClientCall ended;

  private PendingReply(
      MethodDescriptor<?, R> method,
      CallOptions options,
      @Nullable Thread waiter,
      @Nullable CompletableFuture<R> future) {
    this.method = method;
    this.replyMetadata = options.replyMetadata();
    this.waiter = waiter;
    this.future = future;
  }

  /** For a caller that will {@link #await} in this thread. */
  public static <R> PendingReply<R> blocking(MethodDescriptor<?, R> method, CallOptions options) {
    return new PendingReply<>(method, options, Thread.currentThread(), null);
  }

  /** For a caller that holds this future. */
  public static <R> PendingReply<R> async(
      MethodDescriptor<?, R> method, CallOptions options, CompletableFuture<R> future) {
    return new PendingReply<>(method, options, null, future);
  }

  /** For the loop: wakes a parked caller; false if the rest is for the callback executor. */
  public boolean wakeWaiter(ClientCall call) {
    ended = call;
    if (waiter == null) {
      return false;
    }
    LockSupport.unpark(waiter);
    return true;
  }

  /** For the callback executor: completes the future, unless that was done, or given up, before. */
  public void completeFuture() {
    if (future == null || future.isDone()) {
      return;
    }
    try {
      future.complete(result());
    } catch (Throwable e) {
      future.completeExceptionally(e);
    }
  }

  /** Waits; an interrupt cancels the call and is kept. */
  public R await(Runnable cancel) {
    boolean interrupted = false;
    while (ended == null) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        interrupted = true;
        cancel.run();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return result();
  }

  private R result() {
    ClientCall call = ended;
    Response response = call == null ? null : call.response();
    if (response != null) {
      if (replyMetadata != null) {
        replyMetadata.accept(response.metadata());
      }
      return method.reply().decode(response.payload());
    }
    RuntimeException failure = call == null ? null : call.failure();
    throw failure == null ? new IllegalStateException("the call has not ended") : failure;
  }
}
