package io.meshrpc.edge;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.Code;
import io.meshrpc.api.Handler;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.ServerInterceptor;
import io.meshrpc.core.ServerCall;
import io.meshrpc.core.ServerReply;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs one handler, once, from the request's bytes to the reply's, and reports exactly once. Its
 * executor may do what it likes: what was rejected before it began never begins.
 */
public final class Invocation extends ServerContext implements Guest {
  private static final VarHandle STAGE =
      Handles.ofField(MethodHandles.lookup(), "stage", int.class);
  private static final byte[] NOTHING = {};
  private static final int TEXT_CHARS_MAX = 4096;
  private static final int NEW = 0;
  private static final int BEGUN = 1;
  private static final int ENDED = 2;

  /** Hears the answer once, in whatever thread the handler ends. */
  @FunctionalInterface
  public interface End {
    /** The answer is there. */
    void ended(Invocation invocation, ServerReply reply);
  }

  /**
   * What all invocations of a method have in common.
   *
   * @param correlationIds one for each failure whose text does not leave the server
   */
  public record Plan(
      Handler<?, ?> handler,
      List<ServerInterceptor> interceptors,
      Supplier<String> correlationIds,
      Home home,
      End end) {}

  private final Plan plan;

  @SuppressWarnings("UnusedVariable") // by its handle
  private volatile int stage; // NEW, and grows only

  private @Nullable Thread runner; // while the handler holds it
  private long heldNs;
  private boolean endedHere;
  private boolean keeps;
  private boolean shared; // others may end it
  private byte @Nullable [] payload; // what is kept, if all is well and it is one array
  private @Nullable ServerReply kept; // else

  /** A handler that is yet to run. */
  public Invocation(ServerCall call, Plan plan) {
    super(call);
    this.plan = plan;
  }

  /** Before it is run: whether whoever runs it asks for the answer, with {@link #takeReply}. */
  public void keepReply(boolean keep) {
    keeps = keep;
  }

  /** The answer, for the thread that has run it; null if it will be told, or has been. */
  public @Nullable ServerReply takeReply() {
    byte[] good = takePayload();
    ServerReply reply = good == null ? kept : ServerReply.of(good, NOTHING, reply());
    kept = null;
    return reply;
  }

  /** The same if all is well and the answer is this and {@link #reply}, which most are; null if it is not. */
  public byte @Nullable [] takePayload() {
    byte[] good = payload;
    payload = null;
    return good;
  }

  /** Whether the answer is there to be taken. */
  public boolean hasKept() {
    return payload != null || kept != null;
  }

  /** Whoever has run it and keeps its answer has found that it held the thread for so long. */
  public void heldFor(long spanNs) {
    heldNs = spanNs;
    endedHere = hasKept();
  }

  /** How long the handler has held its thread, in nanoseconds; 0: it is not known. */
  public long heldNs() {
    return heldNs;
  }

  /** The same if the answer was there by then; 0: it came later, or it is not known. */
  public long ranNs() {
    return endedHere ? heldNs : 0;
  }

  @Override
  Home home() {
    return plan.home;
  }

  @Override
  public void overstayed() {
    tell();
  }

  private void tell() {
    ServerReply reply = takeReply();
    if (reply != null) {
      VarHandle.fullFence(); // who finds that it has not ended is found by who hears of its end
      plan.end.ended(this, reply);
    }
  }

  @Override
  public void run() {
    if (!begin()) {
      return; // rejected before, or run twice
    }
    long beganNs = keeps ? 0 : System.nanoTime();
    runner = Thread.currentThread();
    try {
      runHandler(beganNs);
    } finally {
      runner = null;
    }
    if (!keeps && hasKept()) {
      report(beganNs);
    }
  }

  /** Only an executor could reject it meanwhile, or run it twice; its answer is not kept then. */
  private boolean begin() {
    if (!keeps) {
      return STAGE.compareAndSet(this, NEW, BEGUN);
    }
    if (stage != NEW) {
      return false;
    }
    STAGE.setRelease(this, BEGUN);
    return true;
  }

  private void report(long beganNs) {
    if (heldNs == 0) {
      heldFor(System.nanoTime() - beganNs);
    }
    tell();
  }

  private void runHandler(long beganNs) {
    try {
      CompletionStage<?> answer = call(this::handle);
      if (answer == null) {
        throw new IllegalStateException("the handler returned null (expected: a stage)");
      }
      if (answer instanceof CompletableFuture<?> future && hasReply(future)) {
        succeed(future.join());
        return;
      }
      heldNs = keeps ? 0 : System.nanoTime() - beganNs; // before others may end it
      shared = true;
      answer.whenComplete((reply, failure) -> {
        if (failure != null) {
          fail(failure);
        } else {
          succeed(reply);
        }
      });
    } catch (Throwable e) { // whatever a handler throws, its worker and its caller go on
      fail(e);
    }
  }

  /** Whether the answer is there. */
  public boolean hasEnded() {
    return stage == ENDED;
  }

  /** The executor would not run the handler, or so it says: nothing happens if it has begun. */
  public void rejected(Throwable why) {
    if (STAGE.compareAndSet(this, NEW, ENDED)) {
      plan.home.rejections().warn("the executor of " + method() + " rejected a call", why);
      plan.end.ended(this, ServerReply.notStarted("the server's executor rejected the call"));
    } else {
      plan.home.rejections().warn("the executor of " + method() + " ran a call and failed", why);
    }
  }

  /**
   * Nobody waits any more: it does not begin, as it might if its executor has had no thread for it yet. What is
   * run by the loop's thread is left alone: that begins without asking whether another has ended it.
   */
  public void takeBack() {
    if (!keeps && STAGE.compareAndSet(this, NEW, ENDED)) {
      plan.end.ended(this, ServerReply.takenBack());
    }
  }

  private static boolean hasReply(CompletableFuture<?> future) {
    return future.isDone() && !future.isCompletedExceptionally();
  }

  private CompletionStage<?> handle() throws Exception {
    Object request = call().decode(method().request());
    return plan.interceptors.isEmpty() ? callHandler(request) : new Chain(0).handle(request);
  }

  @SuppressWarnings("unchecked") // the definition pairs methods with handlers of their types
  private CompletionStage<?> callHandler(Object request) throws Exception {
    return ((Handler<Object, ?>) plan.handler).handle(request);
  }

  @SuppressWarnings("unchecked") // the definition pairs methods with handlers of their types
  private void succeed(@Nullable Object reply) {
    try {
      if (reply == null) {
        throw new IllegalStateException("the handler answered null (expected: a reply)");
      }
      MethodDescriptor<?, Object> method = (MethodDescriptor<?, Object>) method();
      byte[] tail = method.reply().tail(reply);
      byte[] head = Objects.requireNonNull(method.reply().encode(reply, tail), "encoded");
      if (tail.length == 0 && runner == Thread.currentThread()) {
        keep(head);
      } else {
        end(ServerReply.of(head, tail, reply()));
      }
    } catch (Throwable e) {
      fail(e);
    }
  }

  private void keep(byte[] good) {
    if (endFirst()) {
      payload = good;
    }
  }

  private void fail(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
    end(replyTo(cause));
  }

  private ServerReply replyTo(Throwable cause) {
    Throwable toLog = cause;
    if (cause instanceof RpcException known) {
      try {
        return new ServerReply(
            known.code(), shortened(known.status().text()), allMetadata(known), NOTHING);
      } catch (RuntimeException e) { // it is of the user's own kind
        toLog = e;
      }
    }
    String id = plan.correlationIds.get();
    SafeLog.log(Level.ERROR, "the handler of " + method() + " failed; correlation id " + id, toLog);
    return new ServerReply(
        Code.UNKNOWN, "handler failed; correlation id " + id, Metadata.EMPTY, NOTHING);
  }

  private Metadata allMetadata(RpcException failure) {
    Metadata all = reply().with(failure.metadata());
    if (all.bytes() <= ServerContext.METADATA_BYTES_MAX) {
      return all;
    }
    plan.home
        .shortened()
        .warn(
            "a failure of " + method() + " left without its metadata: " + all.bytes()
                + " bytes (expected: <= " + ServerContext.METADATA_BYTES_MAX + ")",
            null);
    return Metadata.EMPTY;
  }

  private static String shortened(String text) {
    return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX) + "…";
  }

  private void end(ServerReply reply) {
    if (!endFirst()) {
      return;
    }
    if (runner == Thread.currentThread()) {
      kept = reply; // until the handler has given its thread back
    } else {
      plan.end.ended(this, reply);
    }
  }

  /** Until others may end it, it is ended by who runs it. */
  private boolean endFirst() {
    if (shared) {
      return (int) STAGE.getAndSet(this, ENDED) != ENDED;
    }
    if (stage == ENDED) {
      return false;
    }
    STAGE.setRelease(this, ENDED);
    return true;
  }

  /** The interceptors from one of them on, and at last the handler. */
  private final class Chain implements ServerInterceptor.Next {
    private final int index;

    Chain(int index) {
      this.index = index;
    }

    @Override
    public CompletionStage<?> handle(Object request) throws Exception {
      if (index < plan.interceptors.size()) {
        CallContext seen = Invocation.this;
        return plan.interceptors.get(index).intercept(seen, request, new Chain(index + 1));
      }
      return callHandler(request);
    }
  }
}
