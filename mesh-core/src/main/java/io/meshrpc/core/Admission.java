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
          "seq, attempt, time_left_us: " + request.seq() + ", " + request.attempt() + ", "
              + request.timeLeftUs() + " (expected: >= 1 each)");
    }
    if (stats == null) {
      return refuse(
          request,
          Code.UNIMPLEMENTED,
          Reason.UNKNOWN_METHOD,
          "method: " + request.method() + " (expected: a number of the Welcome)");
    }
    int size = request.payloadBytes();
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

  /** How full a server is: what waits, how much may run at once, and how much does. */
  record Room(RequestQueue queue, int workers, int running, ServerLimits limits) {
    int free() {
      return Math.max(0, workers - running);
    }

    /** Whether a request would wait. What a free worker can take at once does not. */
    boolean isTaken() {
      return queue.count() >= free();
    }

    /** Whether the queue takes no request of this size, whatever its method. */
    boolean isFull(int bytes) {
      return queue.count() - free() >= limits.queueCountMax()
          || queue.bytes() + bytes > limits.queueBytesMax();
    }
  }

  /** Why a good request finds no room; null if it does. */
  static @Nullable Response noRoom(
      ClientSession client, Request request, MethodStats stats, Room room) {
    if (!room.isTaken()) {
      return null;
    }
    RequestQueue queue = room.queue();
    ServerLimits limits = room.limits();
    long waitNs = waitNs(client, request, stats, room);
    int waitMs = millis(waitNs);
    boolean full = room.isFull(request.bytes())
        || stats.queued - room.free() >= limits.queueCountPerMethodMax();
    if (full) {
      return Answers.refused(
          request.seq(),
          request.attempt(),
          Reason.QUEUE_FULL,
          "the queue is full: " + queue.count() + " requests, " + queue.bytes() + " bytes",
          waitMs);
    }
    if (isLate(request, stats, waitNs)) {
      return Answers.refused(
          request.seq(),
          request.attempt(),
          Reason.WOULD_MISS_DEADLINE,
          "the wait would be about " + waitMs + " ms",
          waitMs);
    }
    return null;
  }

  /**
   * Why an overloaded server does not let in a request that would find room; null if it does. While
   * little waits, it takes what comes, so that no worker is without work for the sake of order.
   */
  static @Nullable Response tooLow(
      ClientSession client, Request request, MethodStats stats, Room room, long targetNs) {
    if (!isLow(request, room, targetNs)) {
      return null;
    }
    return Answers.refused(
        request.seq(),
        request.attempt(),
        Reason.SHED,
        "the server is overloaded and refuses " + request.priority() + " requests",
        millis(waitNs(client, request, stats, room)));
  }

  /** Whether a request that finds the queue full would be let in if there were room. */
  static boolean lacksRoomOnly(
      ClientSession client, Request request, MethodStats stats, Room room, long targetNs) {
    return !isLow(request, room, targetNs)
        && !isLate(request, stats, waitNs(client, request, stats, room));
  }

  private static boolean isLow(Request request, Room room, long targetNs) {
    boolean little = room.queue().usualNs() / room.workers() <= targetNs / 2;
    return !little && room.isTaken() && !room.queue().admits(request.priority());
  }

  private static boolean isLate(Request request, MethodStats stats, long waitNs) {
    return waitNs + stats.usualNs() > Math.min(request.timeLeftUs(), 1L << 50) * 1000;
  }

  private static long waitNs(ClientSession client, Request request, MethodStats stats, Room room) {
    long usualNs = stats.usualNs();
    long aheadNs = room.queue().aheadNs(client, request.priority(), usualNs);
    return aheadNs / room.workers() + usualNs / 2;
  }

  private static int millis(long spanNs) {
    return (int) Math.min(60_000, spanNs / 1_000_000);
  }

  private static Response refuse(Request request, Code code, Reason reason, String text) {
    return Answers.notExecuted(request.seq(), request.attempt(), code, reason, text);
  }
}
