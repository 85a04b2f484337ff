package io.meshrpc.edge;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.core.ClientCall;
import io.meshrpc.wire.Response;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
  /** After so long a caller looks for itself, should the thread that is to wake it be held up. */
  private static final long LOOK_NS = 100_000_000L;

  private static final VarHandle ENDED =
      Handles.ofField(MethodHandles.lookup(), "ended", ClientCall.class);

  private final MethodDescriptor<?, R> method;
  private final @Nullable Consumer<Metadata> replyMetadata;
  private final @Nullable Thread waiter;
  private final @Nullable CompletableFuture<R> future;
  private @Nullable PendingReply<?> next; // written before ended, read after it

  @SuppressWarnings("UnusedVariable") // by its handle
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

  /** Whether a thread waits, and no future. */
  public boolean isBlocking() {
    return waiter != null;
  }

  /**
   * For the loop: the call has ended. A thread that waits is yet to be woken, and will wake the next.
   *
   * @param next who is to be woken after this one; null if nobody is
   */
  public void end(ClientCall call, @Nullable PendingReply<?> next) {
    this.next = next;
    ENDED.setRelease(this, call); // a thread that is woken for it sees it
  }

  /** Wakes the thread that waits, once the call has ended. */
  public void wake() {
    LockSupport.unpark(waiter);
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
    return await(cancel, LOOK_NS);
  }

  /** The same, looking for itself after so long, again and again. */
  R await(Runnable cancel, long lookNs) {
    boolean interrupted = false;
    while (ended == null) {
      LockSupport.parkNanos(this, lookNs);
      if (Thread.interrupted()) {
        interrupted = true;
        cancel.run();
      }
    }
    PendingReply<?> other = next;
    if (other != null) {
      other.wake();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return result();
  }

  private R result() {
    ClientCall call = ended;
    Response response = call == null ? null : call.response();
    if (call != null && response != null) {
      if (replyMetadata != null) {
        replyMetadata.accept(response.metadata());
      }
      call.forgetResponse(); // which holds all that came with it
      return response.decode(method.reply());
    }
    RuntimeException failure = call == null ? null : call.failure();
    throw failure == null ? new IllegalStateException("the call has not ended") : failure;
  }
}
