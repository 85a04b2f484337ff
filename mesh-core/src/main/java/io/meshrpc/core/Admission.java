package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import org.jspecify.annotations.Nullable;

/** Whom a server turns away at the door, before any work is done. */
final class Admission {
  private Admission() {}

  /** What is wrong with a request, whatever the load; null if nothing is. */
  static @Nullable Response objection(
      Request request, @Nullable MethodStats stats, ServerLimits limits) {
    if (request.seq() < 1 || request.attempt() < 1 || request.timeLeftUs() < 1) {
      return refuse(
          request,
          Code.INVALID_ARGUMENT,
          Reason.MALFORMED_REQUEST,
          "seq, attempt, time_left_us: %d, %d, %d (expected: >= 1 each)"
              .formatted(request.seq(), request.attempt(), request.timeLeftUs()));
    }
    if (stats == null) {
      return refuse(
          request,
          Code.UNIMPLEMENTED,
          Reason.UNKNOWN_METHOD,
          "method: " + request.method() + " (expected: a number of the Welcome)");
    }
    int size = request.payload().length;
    if (size > limits.requestBytesMax()) {
      return refuse(
          request,
          Code.RESOURCE_EXHAUSTED,
          Reason.TOO_LARGE,
          "request: " + size + " bytes (expected: <= " + limits.requestBytesMax() + ")");
    }
    int metadata = request.metadata().bytes();
    if (metadata > limits.metadataBytesMax()) {
      return refuse(
          request,
          Code.RESOURCE_EXHAUSTED,
          Reason.TOO_LARGE,
          "metadata: " + metadata + " bytes (expected: <= " + limits.metadataBytesMax() + ")");
    }
    return null;
  }

  /** Why a good request finds no room; null if it does. What a free worker can take does not wait. */
  static @Nullable Response noRoom(
      Request request, MethodStats stats, RequestQueue queue, int running, ServerLimits limits) {
    int free = limits.workers() - running;
    if (queue.count() < free) {
      return null;
    }
    long waitNs = queue.usualNs() / limits.workers() + stats.usualNs() / 2;
    int waitMs = (int) Math.min(60_000, waitNs / 1_000_000);
    int bytes = request.payload().length + request.metadata().bytes();
    boolean full = queue.count() - free >= limits.queueCountMax()
        || stats.queued - free >= limits.queueCountPerMethodMax()
        || queue.bytes() + bytes > limits.queueBytesMax();
    if (full) {
      return Answers.refused(
          request.seq(),
          request.attempt(),
          Reason.QUEUE_FULL,
          "the queue is full: " + queue.count() + " requests, " + queue.bytes() + " bytes",
          waitMs);
    }
    if (waitNs + stats.usualNs() > Math.min(request.timeLeftUs(), 1L << 50) * 1000) {
      return Answers.refused(
          request.seq(),
          request.attempt(),
          Reason.WOULD_MISS_DEADLINE,
          "the wait would be about " + waitMs + " ms",
          waitMs);
    }
    return null;
  }

  private static Response refuse(Request request, Code code, Reason reason, String text) {
    return Answers.notExecuted(request.seq(), request.attempt(), code, reason, text);
  }
}
