package io.meshrpc.api;

import java.lang.System.Logger.Level;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Tells a callback what a future of the same call would. */
final class CallOfFuture {
  private CallOfFuture() {}

  static <R> OpenCall tell(CompletableFuture<R> future, ReplyCallback<? super R> callback) {
    CompletableFuture<R> unused = future.whenComplete((reply, failure) -> {
      try {
        callback.ended(reply, failure == null ? null : asRpcException(failure));
      } catch (Throwable e) { // the stage that would have it is nobody's
        System.getLogger("io.meshrpc").log(Level.WARNING, "the callback of a call failed", e);
      }
    });
    return () -> future.cancel(false);
  }

  private static RpcException asRpcException(Throwable failure) {
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
    if (cause instanceof RpcException known) {
      return known;
    }
    Status status = cause instanceof CancellationException
        ? new Status(Code.CANCELLED, "cancelled by the caller")
        : new Status(Code.INTERNAL, "the call failed: " + cause);
    return new RpcException(status, Execution.UNKNOWN, cause);
  }
}
