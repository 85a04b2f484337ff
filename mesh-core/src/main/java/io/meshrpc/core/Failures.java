package io.meshrpc.core;

import io.meshrpc.api.Candidate;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import java.util.List;

/** What a caller is told when its call fails: the truth, and the trail that leads to it. */
final class Failures {
  private Failures() {}

  /** A failure that an attempt's end decided. */
  static RpcException after(
      ClientCall call, Attempt ended, Status status, Metadata metadata, long nowNs) {
    Execution execution =
        ended.execution == Execution.EXECUTED ? Execution.EXECUTED : call.execution();
    return new RpcException(status, execution, call.traces(nowNs), List.of(), metadata, null);
  }

  /** A failure that nobody's answer decided. */
  static RpcException of(
      ClientCall call, Status status, boolean waits, PeerTable table, long nowNs) {
    boolean noServer = call.attempts.isEmpty() || waits || status.code() == Code.UNAVAILABLE;
    boolean explain = noServer && status.code() != Code.CANCELLED;
    List<Candidate> candidates = explain ? table.explain(call) : List.of();
    return new RpcException(
        status, call.execution(), call.traces(nowNs), candidates, Metadata.EMPTY, null);
  }

  /** A failure before an attempt could be sent. */
  static RpcException unsendable(ClientCall call, UserRules.Unsendable why, long nowNs) {
    return new RpcException(
        why.status,
        call.execution(),
        call.traces(nowNs),
        List.of(),
        Metadata.EMPTY,
        why.getCause());
  }

  /** Refuses what a server is known not to take. */
  static void checkSize(ClientCall call, Metadata metadata, Peer peer) throws UserRules.Unsendable {
    if (call.payload().length > peer.requestBytesMax) {
      throw new UserRules.Unsendable(tooLarge(call, peer.requestBytesMax, peer.endpoint()), null);
    }
    int bytes = metadata.isEmpty() ? 0 : metadata.bytes();
    if (bytes > peer.metadataBytesMax) {
      String text = "metadata: %d bytes (expected: <= %d, the limit of %s)"
          .formatted(bytes, peer.metadataBytesMax, peer.endpoint());
      throw new UserRules.Unsendable(new Status(Code.RESOURCE_EXHAUSTED, text), null);
    }
  }

  static Status tooLarge(ClientCall call, long bytesMax, String whose) {
    String text = "request: %d bytes (expected: <= %d, the limit of %s)";
    return new Status(
        Code.RESOURCE_EXHAUSTED, text.formatted(call.payload().length, bytesMax, whose));
  }

  static Status deadline(ClientCall call) {
    String when = call.attempts.isEmpty() ? " before a server could be had" : "";
    String text = "the deadline of " + call.timeoutNs() / 1_000_000 + " ms passed" + when;
    return new Status(Code.DEADLINE_EXCEEDED, text);
  }
}
