package io.meshrpc.testkit;

import io.meshrpc.api.Code;
import io.meshrpc.api.Handler;
import io.meshrpc.api.ServerInterceptor;
import io.meshrpc.core.ServerCall;
import io.meshrpc.core.ServerReply;
import io.meshrpc.edge.Invocation;
import io.meshrpc.edge.ServerContext;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One execution of a handler: its code runs at the beginning, and its answer may be held back. */
final class Job {
  final ServerCall call;
  final Host host;
  final Invocation invocation;
  boolean dies; // its process does, before the answer leaves
  private final Stage stage;
  private long startedNs;
  private long spanNs;
  private @Nullable Duration ended;
  private @Nullable Code code;
  private Consumer<ServerReply> end = reply -> {};

  Job(
      Stage stage,
      ServerCall call,
      Host host,
      Handler<?, ?> handler,
      List<ServerInterceptor> interceptors) {
    this.stage = stage;
    this.call = call;
    this.host = host;
    this.invocation = new Invocation(
        call,
        new Invocation.Plan(
            handler,
            interceptors,
            stage::correlationId,
            new ServerContext.Home(host.server().driven().clock(), null),
            (same, reply) -> onAnswer(reply)));
  }

  /** Runs the handler; {@code end} hears the answer when it has come, and the span is over. */
  void run(long takesNs, Consumer<ServerReply> end) {
    startedNs = stage.nowNs();
    spanNs = takesNs;
    this.end = end;
    invocation.run();
  }

  private void onAnswer(ServerReply reply) {
    if (host.isGone()) {
      return;
    }
    long atNs = Math.max(stage.nowNs(), startedNs + spanNs);
    stage.plan(host, atNs, () -> {
      ended = stage.now();
      code = reply.code();
      end.accept(reply);
    });
  }

  Run shown() {
    return new Run(
        call.method(), call.callerName(), call.attempt(), Duration.ofNanos(startedNs), ended, code);
  }
}
