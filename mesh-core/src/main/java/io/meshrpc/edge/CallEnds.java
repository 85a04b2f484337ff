package io.meshrpc.edge;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.ReplyCallback;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import io.meshrpc.core.ClientCall;
import org.jspecify.annotations.Nullable;

/** Tells of the ends of a client's calls for which no thread is parked: to a {@link ReplyFuture} or a callback, their tickets. */
public final class CallEnds {
  private final RareLog failures = new RareLog(); // of callbacks

  /**
   * By the loop, once the call has ended and once for each: whether that is to be told. Or else the thread that waits
   * for it has been woken.
   */
  public boolean isToBeTold(ClientCall call) {
    return call.ticket() instanceof ReplyFuture<?> future
        ? !future.isLeftToWaiter()
        : call.ticket() instanceof ReplyCallback<?>;
  }

  /** What tells it. */
  public Runnable telling(ClientCall call) {
    return call.ticket() instanceof ReplyFuture<?> future ? future : () -> tell(call);
  }

  /**
   * Tells it; nothing if that was done. To be done once, but an executor may run what it has said that it rejects. Throws
   * nothing.
   */
  public void tell(ClientCall call) {
    if (call.ticket() instanceof ReplyFuture<?> future) {
      future.run();
    } else if (call.ticket() instanceof ReplyCallback<?> callback) {
      tellReply(call, callback);
    }
  }

  private <R> void tellReply(ClientCall call, ReplyCallback<R> callback) {
    if (call.response() == null && call.failure() == null) {
      return; // it was taken
    }
    R reply;
    try {
      reply = Replies.take(call);
    } catch (RpcException e) {
      call.forgetEnd();
      tell(callback, null, e);
      return;
    } catch (Throwable e) { // whose text cannot be had, or the like: it is the marshaller's
      Status status = new Status(Code.INTERNAL, "the reply came and could not be taken");
      tell(callback, null, new RpcException(status, Execution.EXECUTED, e));
      return;
    }
    tell(callback, reply, null);
  }

  /** Tells a callback. What that throws is logged. */
  public <R> void tell(
      ReplyCallback<R> callback, @Nullable R reply, @Nullable RpcException failure) {
    try {
      callback.ended(reply, failure);
    } catch (Throwable e) { // the thread that tells it goes on with others
      failures.warn("the callback of a call failed", e);
    }
  }
}
