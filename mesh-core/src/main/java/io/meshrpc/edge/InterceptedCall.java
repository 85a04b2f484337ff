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
import java.util.concurrent.ExecutionException;

/**
 * One call on its way through the interceptors and, as often as they want, to the mesh. Its future
 * belongs to the caller: cancelling it cancels whatever was sent for it.
 *
 * @param <T> the reply's type
 */
public final class InterceptedCall<T> {
  /** Where the way ends: the call without interceptors. */
  public interface Mesh {
    /** Makes the call. */
    <Q, R> CompletableFuture<R> send(MethodDescriptor<Q, R> method, Q request, CallOptions options);
  }

  private final List<CallInterceptor> interceptors;
  private final Mesh mesh;
  private final CompletableFuture<T> future = new CompletableFuture<>();
  private final Queue<CompletableFuture<?>> sent = new ConcurrentLinkedQueue<>();

  /** A call that is yet to start. */
  public InterceptedCall(List<CallInterceptor> interceptors, Mesh mesh) {
    this.interceptors = interceptors;
    this.mesh = mesh;
  }

  /** Sends it on its way; to be done once. */
  public <Q> CompletableFuture<T> start(
      MethodDescriptor<Q, T> method, Q request, CallOptions options) {
    CompletableFuture<T> unused = future.whenComplete((reply, failure) -> {
      if (future.isCancelled()) {
        sent.forEach(call -> call.cancel(false));
      }
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

  /** Waits; an interrupt cancels the call and is kept. */
  public T await() {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw asFailure(e.getCause() == null ? e : e.getCause());
    } catch (CancellationException e) {
      throw asFailure(e);
    } catch (InterruptedException e) {
      future.cancel(false);
      Thread.currentThread().interrupt();
      throw asFailure(new CancellationException("the caller was interrupted"));
    }
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
    return new RpcException(status, sent.isEmpty() ? Execution.NOT_SENT : Execution.UNKNOWN, cause);
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
        CompletableFuture<R> last = mesh.send(method, request, options);
        sent.add(last);
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
