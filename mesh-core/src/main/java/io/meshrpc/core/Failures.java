package io.meshrpc.core;

import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.Candidate;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a caller is told when its call fails: the truth, and the trail that leads to it. */
public final class Failures {
  private Failures() {}

  /** A failure that an attempt's end decided. */
  static RpcException after(
      ClientCall call, Attempt ended, Status status, Metadata metadata, long nowNs) {
    Execution execution =
        ended.execution == Execution.EXECUTED ? Execution.EXECUTED : execution(call);
    return new RpcException(
        status, execution, traces(call, nowNs), List.of(), metadata, ended.culprit());
  }

  /** A failure that nobody's answer decided. */
  static RpcException of(
      ClientCall call,
      Status status,
      boolean waits,
      PeerTable table,
      @Nullable Throwable cause,
      long nowNs) {
    boolean noServer = !call.hasAttempts() || waits || status.code() == Code.UNAVAILABLE;
    boolean late = status.code() == Code.DEADLINE_EXCEEDED;
    boolean nowhere = status.code() == Code.UNAVAILABLE || status.code() == Code.UNIMPLEMENTED;
    boolean explain = noServer && (late || nowhere);
    List<Candidate> candidates = explain ? table.explain(call, nowNs) : List.of();
    return new RpcException(
        status, execution(call), traces(call, nowNs), candidates, Metadata.EMPTY, cause);
  }

  /** A failure to read an answer that has come, and ended the call: what it was about has run. */
  public static RpcException unreadable(ClientCall call, Status status, Throwable cause) {
    long allEndedNs = call.startNs;
    return new RpcException(
        status, Execution.EXECUTED, traces(call, allEndedNs), List.of(), Metadata.EMPTY, cause);
  }

  /** What is known of the work over all attempts, if no handler's answer decides. */
  private static Execution execution(ClientCall call) {
    Execution sum = Execution.NOT_SENT;
    for (int i = 0; i < call.attemptCount(); i++) {
      Attempt attempt = call.nth(i);
      if (attempt.execution == Execution.UNKNOWN || attempt.execution == Execution.EXECUTED) {
        return Execution.UNKNOWN;
      }
      if (attempt.execution == Execution.NOT_EXECUTED) {
        sum = Execution.NOT_EXECUTED;
      }
    }
    return sum;
  }

  private static List<AttemptTrace> traces(ClientCall call, long nowNs) {
    List<AttemptTrace> traces = new ArrayList<>();
    call.attempts().forEach(attempt -> traces.add(attempt.trace(call.startNs, nowNs)));
    return traces;
  }

  /** What an answer that is no success says; a stranger's OK for work that is not done is none. */
  static Status of(Response answer) {
    return answer.code() == Code.OK
        ? new Status(Code.UNKNOWN, "the server says OK and " + answer.execution())
        : new Status(answer.code(), answer.text());
  }

  static Status tooLarge(String what, long bytes, long bytesMax, Peer server) {
    return tooLarge(what, bytes, bytesMax, server.endpoint());
  }

  static Status tooLarge(String what, long bytes, long bytesMax, String whose) {
    String text = "%s: %d bytes (expected: <= %d, the limit of %s)";
    return new Status(Code.RESOURCE_EXHAUSTED, text.formatted(what, bytes, bytesMax, whose));
  }

  static Status deadline(ClientCall call) {
    String when = !call.hasAttempts() ? " before a server could be had" : "";
    String text = "the deadline of " + call.timeoutNs() / 1_000_000 + " ms passed" + when;
    return new Status(Code.DEADLINE_EXCEEDED, text);
  }
}
