package io.meshrpc.edge;

import io.meshrpc.api.CallInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way through the interceptors and, as often as they want, to the mesh. Its future
 * belongs to the caller: cancelling it cancels whatever was sent for it.
 *
 * @param <T> the reply's type
 */
public final class InterceptedCall<T> {
  /** Where the way ends: the call without interceptors. */
  public interface Mesh {
    /**
     * Makes the call.
     *
     * @param waiter the thread that completes the future if it is an {@link AwaitedReply}; null if none does
     */
    <Q, R> CompletableFuture<R> send(
        MethodDescriptor<Q, R> method, Q request, CallOptions options, @Nullable Thread waiter);
  }

  /** After so long a caller looks for itself, should nobody have woken it. */
  public static final long LOOK_NS = 100_000_000L;

  private static final long LOOK_MIN_NS = 1_000_000L;

  private final List<CallInterceptor> interceptors;
  private final Mesh mesh;
  private final CompletableFuture<T> future = new CompletableFuture<>();
  private final Queue<CompletableFuture<?>> sent = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Thread waiter; // completes what was sent, while it waits

  /**
   * A call that is yet to start.
   *
   * @param waiter the thread that will {@link #await}; null if none does
   */
  public InterceptedCall(List<CallInterceptor> interceptors, Mesh mesh, @Nullable Thread waiter) {
    this.interceptors = interceptors;
    this.mesh = mesh;
    this.waiter = waiter;
  }

  /** Sends it on its way; to be done once. */
  public <Q> CompletableFuture<T> start(
      MethodDescriptor<Q, T> method, Q request, CallOptions options) {
    Thread woken = waiter;
    CompletableFuture<T> unused = future.whenComplete((reply, failure) -> {
      if (future.isCancelled()) {
        sent.forEach(call -> call.cancel(false));
      }
      LockSupport.unpark(woken);
    });
    try {
      CompletionStage<T> stage = new Link(0).call(method, request, options);
      CompletionStage<T> alsoUnused = stage.whenComplete((reply, failure) -> {
        if (failure == null) {
          future.complete(reply);
        } else {
          future.completeExceptionally(asFailure(failure));
        }
      });
    } catch (Throwable e) { // whatever an interceptor throws, its caller is told in one way
      future.completeExceptionally(asFailure(e));
    }
    return future;
  }

  /**
   * Waits in the thread that was named, and runs there what interceptors have hung on the calls that they
   * made: it depends on no other thread. An interrupt cancels the call and is kept.
   *
   * @param timeoutNs after which it waits no longer for interceptors of which no call is under way
   */
  public T await(long timeoutNs) {
    long beganNs = System.nanoTime();
    boolean interrupted = false;
    try {
      while (!future.isDone()) {
        if (!completeEnded()) {
          LockSupport.parkNanos(this, Math.max(LOOK_MIN_NS, Math.min(LOOK_NS, timeoutNs)));
        }
        if (Thread.interrupted()) {
          interrupted = true;
          future.completeExceptionally(new CancellationException("the caller was interrupted"));
          sent.forEach(call -> call.cancel(false));
        }
        if (System.nanoTime() - beganNs >= timeoutNs) {
          giveUp(timeoutNs);
        }
      }
      return future.join();
    } catch (CompletionException | CancellationException e) {
      throw asFailure(e);
    } finally {
      leave();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** False if no call has ended since. */
  private boolean completeEnded() {
    boolean some = false;
    for (CompletableFuture<?> call : sent) {
      some |= call instanceof AwaitedReply<?> reply && reply.completeIfEnded();
    }
    return some;
  }

  private boolean isUnderWay() {
    for (CompletableFuture<?> call : sent) {
      if (!call.isDone()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Once a caller has waited for so long: the call fails if it waits for interceptors of which no call is
   * under way.
   */
  public void giveUp(long timeoutNs) {
    if (!isUnderWay()) {
      future.completeExceptionally(late(timeoutNs));
    }
  }

  private RpcException late(long timeoutNs) {
    String text = "the interceptors had no answer within " + timeoutNs / 1_000_000 + " ms";
    return new RpcException(new Status(Code.DEADLINE_EXCEEDED, text), execution(), null);
  }

  /** What is yet to come, for interceptors that still want it, is completed as for a future. */
  private void leave() {
    waiter = null;
    for (CompletableFuture<?> call : sent) {
      if (call instanceof AwaitedReply<?> reply) {
        reply.leave();
      }
    }
  }

  private Execution execution() {
    return sent.isEmpty() ? Execution.NOT_SENT : Execution.UNKNOWN;
  }

  private RpcException asFailure(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
    if (cause instanceof RpcException known) {
      return known;
    }
    Status status = cause instanceof CancellationException
        ? new Status(Code.CANCELLED, "cancelled by the caller")
        : new Status(Code.INTERNAL, "failed on its way through the interceptors: " + cause);
    return new RpcException(status, execution(), cause);
  }

  /** The interceptors from one of them on, and at last the mesh. */
  private final class Link implements CallInterceptor.Next {
    private final int index;

    Link(int index) {
      this.index = index;
    }

    @Override
    public <Q, R> CompletionStage<R> call(
        MethodDescriptor<Q, R> method, Q request, CallOptions options) {
      if (index == interceptors.size()) {
        CompletableFuture<R> last = mesh.send(method, request, options, waiter);
        sent.add(last);
        if (waiter == null && last instanceof AwaitedReply<R> reply) {
          reply.leave(); // the thread has left meanwhile
        }
        if (future.isCancelled()) {
          last.cancel(false);
        }
        return last;
      }
      CallInterceptor interceptor = interceptors.get(index);
      CompletionStage<R> stage =
          interceptor.intercept(method, request, options, new Link(index + 1));
      if (stage == null) {
        throw new IllegalStateException(
            interceptor.getClass().getName() + " returned null (expected: a stage)");
      }
      return stage;
    }
  }
}
