package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.wire.Ending;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Response;

/** The answers that a server gives in a handler's place. */
final class Answers {
  private static final byte[] NOTHING = {};

  private Answers() {}

  static Response notExecuted(long seq, int attempt, Code code, Reason reason, String text) {
    return of(seq, attempt, Execution.NOT_EXECUTED, code, reason, text, 0);
  }

  static Response refused(long seq, int attempt, Reason reason, String text, int pushbackMs) {
    return of(
        seq,
        attempt,
        Execution.NOT_EXECUTED,
        Code.RESOURCE_EXHAUSTED,
        reason,
        text,
        Math.max(1, pushbackMs));
  }

  /** It has waited too long behind too much; the server wants to be left alone for as long. */
  static Response shed(ServerCall call, long targetNs) {
    int targetMs = (int) Math.min(60_000, targetNs / 1_000_000);
    String text = "the server is overloaded, and the call has waited too long";
    return refused(call.seq(), call.latestAttempt, Reason.SHED, text, targetMs);
  }

  /** The queue is full, most of it with this client's calls, and another client has come. */
  static Response displaced(ServerCall call) {
    String text = "the queue is full, and this client has the most in it";
    return refused(call.seq(), call.latestAttempt, Reason.QUEUE_FULL, text, 1);
  }

  static Response forgotten(long seq, int attempt) {
    return of(
        seq,
        attempt,
        Execution.UNKNOWN,
        Code.UNAVAILABLE,
        Reason.FORGOTTEN,
        "the server no longer remembers whether it ran this call",
        0);
  }

  static Response expiredInQueue(ServerCall call) {
    return notExecuted(
        call.seq(),
        call.latestAttempt,
        Code.DEADLINE_EXCEEDED,
        Reason.EXPIRED_IN_QUEUE,
        "the deadline passed in the queue");
  }

  static Response expiredRunning(ServerCall call) {
    return of(
        call.seq(),
        call.latestAttempt,
        Execution.UNKNOWN,
        Code.DEADLINE_EXCEEDED,
        Reason.EXPIRED_RUNNING,
        "the deadline passed while the handler ran",
        0);
  }

  static Response stale(long seq, int attempt) {
    return notExecuted(
        seq,
        attempt,
        Code.UNAVAILABLE,
        Reason.STALE_SESSION,
        "the request belongs to another session than this server's");
  }

  static Response draining(long seq, int attempt) {
    return notExecuted(seq, attempt, Code.UNAVAILABLE, Reason.DRAINING, "the server is draining");
  }

  static Response revoked(long seq, int attempt) {
    return notExecuted(seq, attempt, Code.CANCELLED, Reason.REVOKED, "the call was taken back");
  }

  static Response forAttempt(Response answer, int attempt) {
    return new Response(
        answer.seq(),
        attempt,
        answer.ending(),
        answer.queueUs(),
        answer.serviceUs(),
        answer.usualServiceUs(),
        answer.metadata(),
        answer.held(),
        answer.from(),
        answer.headBytes(),
        answer.tail());
  }

  /** What the handler said, unless it is too large to send. */
  static Response executed(ServerCall call, ServerReply reply, long replyBytesMax, long nowNs) {
    if (!reply.executed()) {
      return of(call.seq(), call.latestAttempt, reply.ending());
    }
    return executed(
        call, reply.ending(), reply.head(), reply.tail(), reply.metadata(), replyBytesMax, nowNs);
  }

  /** The same of a handler that has done what was asked. */
  static Response good(
      ServerCall call, byte[] payload, Metadata metadata, long replyBytesMax, long nowNs) {
    return executed(call, Ending.WELL, payload, NOTHING, metadata, replyBytesMax, nowNs);
  }

  private static Response executed(
      ServerCall call,
      Ending ending,
      byte[] head,
      byte[] tail,
      Metadata metadata,
      long replyBytesMax,
      long nowNs) {
    long size = (long) head.length + tail.length;
    boolean tooLarge = size > replyBytesMax;
    return new Response(
        call.seq(),
        call.latestAttempt,
        tooLarge ? tooLarge(size, replyBytesMax) : ending,
        (call.startedNs - call.receivedNs) / 1000,
        (nowNs - call.startedNs) / 1000,
        call.stats.usualUs(nowNs),
        tooLarge ? Metadata.EMPTY : metadata,
        tooLarge ? NOTHING : head,
        0,
        tooLarge ? 0 : head.length,
        tooLarge ? NOTHING : tail);
  }

  private static Ending tooLarge(long bytes, long bytesMax) {
    String text = "reply: " + bytes + " bytes (expected: <= " + bytesMax + ")";
    return new Ending(Execution.EXECUTED, Code.RESOURCE_EXHAUSTED, Reason.TOO_LARGE, text, 0);
  }

  private static Response of(
      long seq,
      int attempt,
      Execution execution,
      Code code,
      Reason reason,
      String text,
      int pushbackMs) {
    return of(seq, attempt, new Ending(execution, code, reason, text, pushbackMs));
  }

  private static Response of(long seq, int attempt, Ending ending) {
    return new Response(seq, attempt, ending, 0, 0, 0, Metadata.EMPTY, NOTHING, 0, 0, NOTHING);
  }
}
