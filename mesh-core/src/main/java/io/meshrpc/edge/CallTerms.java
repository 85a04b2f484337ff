package io.meshrpc.edge;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import io.meshrpc.core.ClientCall;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a client's calls that do not say otherwise.
 *
 * @param defaultDeadline more than 0
 * @param retry for methods that have none of their own
 * @param retryByMethod of single methods
 * @param hedgeByMethod of single methods, all of which may run twice; others are not hedged
 */
public record CallTerms(
    Duration defaultDeadline,
    RetryPolicy retry,
    Map<MethodDescriptor<?, ?>, RetryPolicy> retryByMethod,
    Map<MethodDescriptor<?, ?>, HedgePolicy> hedgeByMethod) {
  private static final Duration SPAN_MAX = Duration.ofDays(365); // of a call

  /**
   * Copies the maps.
   *
   * @throws IllegalArgumentException if a method is hedged that may not run twice
   */
  public CallTerms {
    retryByMethod = Map.copyOf(retryByMethod);
    hedgeByMethod = Map.copyOf(hedgeByMethod);
    for (Map.Entry<MethodDescriptor<?, ?>, HedgePolicy> each : hedgeByMethod.entrySet()) {
      RetryPolicy policy = retryByMethod.getOrDefault(each.getKey(), retry);
      checkHedge(each.getKey(), each.getValue(), policy);
    }
  }

  /**
   * A call that is yet to start: with the policies that hold for it, and no more time than the caller
   * has whose handler makes it, if one does.
   *
   * @param handler that makes it, the one of this thread; null if none does
   * @param ticket what comes back with its end
   * @throws IllegalArgumentException if it is to be hedged and may not run twice
   * @throws RpcException if the request cannot be written
   */
  public <Q> ClientCall newCall(
      MethodDescriptor<Q, ?> method,
      Q request,
      CallOptions options,
      @Nullable CallContext handler,
      Object ticket) {
    long timeoutNs = timeoutNs(options, handler);
    RetryPolicy policy = options.retry();
    if (policy == null) {
      policy = retryByMethod.getOrDefault(method, retry);
    }
    HedgePolicy hedge = options.hedge();
    if (hedge == null) {
      hedge = hedgeByMethod.getOrDefault(method, HedgePolicy.OFF);
    } else {
      checkHedge(method, hedge, policy);
    }
    byte[] tail;
    byte[] head;
    try {
      tail = method.request().tail(request);
      head = Objects.requireNonNull(method.request().encode(request, tail), "encoded");
    } catch (RpcException e) {
      throw unwritable(e.status(), e);
    } catch (Throwable e) { // the marshaller is the user's: who calls is told in one way
      Status status = new Status(Code.INTERNAL, "the request could not be written: " + e);
      throw unwritable(status, e);
    }
    return new ClientCall(method, head, options, policy, timeoutNs, ticket)
        .hedgedBy(hedge)
        .withTail(tail);
  }

  /**
   * The same call, of this future. Null if its request cannot be written: then the future has failed.
   *
   * @throws IllegalArgumentException if it is to be hedged and may not run twice
   */
  public <Q> @Nullable ClientCall newCall(
      MethodDescriptor<Q, ?> method,
      Q request,
      CallOptions options,
      Object ticket,
      ReplyFuture<?> future) {
    try {
      ClientCall call = newCall(method, request, options, future.handler(), ticket);
      future.of(call);
      return call;
    } catch (RpcException e) {
      future.completeExceptionally(e);
      return null;
    }
  }

  private static RpcException unwritable(Status status, Throwable cause) {
    return new RpcException(status, Execution.NOT_SENT, cause);
  }

  /**
   * The time that a call gets which begins now: what it asks for, or the default, and no more than the caller
   * has whose handler makes it, if one does.
   */
  public long timeoutNs(CallOptions options) {
    return timeoutNs(options, CallContext.current().orElse(null));
  }

  private long timeoutNs(CallOptions options, @Nullable CallContext handler) {
    Duration asked = options.deadline();
    long timeoutNs = nanos(asked == null ? defaultDeadline : asked);
    return handler == null ? timeoutNs : Math.min(timeoutNs, nanos(handler.timeLeft()));
  }

  /** A call's span in nanoseconds; a year at most, which is for ever there. */
  public static long nanos(Duration span) {
    return span.compareTo(SPAN_MAX) > 0 ? SPAN_MAX.toNanos() : span.toNanos();
  }

  /** Only what may run twice is hedged. */
  private static void checkHedge(
      MethodDescriptor<?, ?> method, HedgePolicy policy, RetryPolicy retry) {
    if (policy.isOff() || retry.allowsSecondExecution(method.idempotency())) {
      return;
    }
    throw new IllegalArgumentException("hedge: "
        + method
        + (retry.repeat() == RetryPolicy.Repeat.NEVER
            ? " with Repeat.NEVER (expected: a call that may run twice)"
            : " (expected: an idempotent method, or Repeat.AT_LEAST_ONCE)"));
  }
}
