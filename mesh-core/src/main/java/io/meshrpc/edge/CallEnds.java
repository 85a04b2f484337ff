package io.meshrpc.edge;

import io.meshrpc.api.ReplyCallback;
import io.meshrpc.api.RpcException;
import io.meshrpc.core.ClientCall;
import org.jspecify.annotations.Nullable;

/** Tells of the end of a call for which no thread is parked: a {@link ReplyFuture} or a callback, its ticket. */
public final class CallEnds {
  private static final RareLog FAILURES = new RareLog();

  private CallEnds() {}

  /** By the loop, once the call has ended: whether that is to be told. Or else a thread waits for it. */
  public static boolean isToBeTold(ClientCall call) {
    return call.ticket() instanceof ReplyFuture<?> future
        ? !future.isLeftToWaiter()
        : call.ticket() instanceof ReplyCallback<?>;
  }

  /** What tells it; to be run once. */
  public static Runnable telling(ClientCall call) {
    return call.ticket() instanceof ReplyFuture<?> future ? future : () -> tell(call);
  }

  /** Tells it; to be done once. */
  public static void tell(ClientCall call) {
    if (call.ticket() instanceof ReplyFuture<?> future) {
      future.run();
    } else if (call.ticket() instanceof ReplyCallback<?> callback) {
      tellReply(call, callback);
    }
  }

  private static <R> void tellReply(ClientCall call, ReplyCallback<R> callback) {
    R reply;
    try {
      reply = Replies.take(call);
    } catch (RpcException e) {
      tell(callback, null, e);
      return;
    }
    tell(callback, reply, null);
  }

  /** Tells a callback that its call has failed before it began. */
  public static void tell(ReplyCallback<?> callback, RpcException failure) {
    tell(callback, null, failure);
  }

  private static <R> void tell(
      ReplyCallback<R> callback, @Nullable R reply, @Nullable RpcException failure) {
    try {
      callback.ended(reply, failure);
    } catch (Throwable e) { // the thread that tells it goes on with others
      FAILURES.warn("the callback of a call failed", e);
    }
  }
}
