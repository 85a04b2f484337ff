package io.meshrpc.core;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.Priority;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;

/** Calls in the states in which an engine hands them out, for tests of those who take them. */
public final class Samples {
  private static final long SECOND_NS = 1_000_000_000L;

  private Samples() {}

  /** A client's call that was answered. */
  public static ClientCall answered(MethodDescriptor<?, ?> method, byte[] answer) {
    return answered(method, answer, new Object());
  }

  /** A client's call that was answered, with what its caller wants back. */
  public static ClientCall answered(MethodDescriptor<?, ?> method, byte[] answer, Object ticket) {
    ClientCall call =
        new ClientCall(method, answer, CallOptions.DEFAULT, RetryPolicy.DEFAULT, SECOND_NS, ticket);
    call.succeed(new Response(
        1, 1, Execution.EXECUTED, Code.OK, Reason.HANDLER, "", 0, 0, 0, 0, Metadata.EMPTY, answer));
    return call;
  }

  /** A call that a server is to run. */
  public static ServerCall toRun(MethodDescriptor<?, ?> method, byte[] payload) {
    Request request = new Request(
        1, 1, 1, 1_000_000, Priority.NORMAL, false, false, false, Metadata.EMPTY, payload);
    return new ServerCall(null, new MethodStats(method), request, 0);
  }
}
