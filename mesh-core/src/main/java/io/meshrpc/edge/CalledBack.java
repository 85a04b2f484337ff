package io.meshrpc.edge;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.OpenCall;
import io.meshrpc.api.ReplyCallback;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import io.meshrpc.core.ClientCall;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call whose end a callback hears, and its ticket.
 *
 * @param <R> the reply's type
 */
public final class CalledBack<R> implements Completion, OpenCall {
  private final Home home;
  private final ReplyCallback<R> callback;
  private @Nullable ClientCall call; // set before anybody else sees this

  /**
   * What all callbacks of a client have in common.
   *
   * @param canceller hears, in the thread that cancels, of a call that is no longer wanted
   * @param failures callbacks that throw
   */
  public record Home(Consumer<ClientCall> canceller, RareLog failures) {
    /** Nothing has gone wrong there yet. */
    public Home(Consumer<ClientCall> canceller) {
      this(canceller, new RareLog());
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

  /** A ticket that is yet to get its call. */
  public CalledBack(Home home, ReplyCallback<R> callback) {
    this.home = home;
    this.callback = callback;
  }

  /** Before the call is started: which one it is. */
  public void of(ClientCall call) {
    this.call = call;
  }

  @Override
  public void cancel() {
    if (call != null) {
      home.canceller.accept(call);
    }
  }

  /**
   * Tells the callback, once the call has ended; nothing if that was done, by an executor that runs what it has said that
   * it rejects. Throws nothing.
   */
  @Override
  public void run() {
    if (call == null || (call.response() == null && call.failure() == null)) {
      return;
    }
    R reply;
    try {
      reply = Replies.take(call);
    } catch (RpcException e) {
      call.forgetEnd();
      home.tell(callback, null, e);
      return;
    } catch (Throwable e) { // whose text cannot be had, or the like: it is the marshaller's
      Status status = new Status(Code.INTERNAL, "the reply came and could not be taken");
      home.tell(callback, null, new RpcException(status, Execution.EXECUTED, e));
      return;
    }
    home.tell(callback, reply, null);
  }
}
