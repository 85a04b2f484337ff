package io.meshrpc.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.meshrpc.MeshClient;
import io.meshrpc.MeshServer;
import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.BlockingHandler;
import io.meshrpc.api.CallContext;
import io.meshrpc.api.CallInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MeshCaller;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.ServerInterceptor;
import io.meshrpc.api.ServiceDefinition;
import io.meshrpc.api.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a caller and a handler see is the same in the test kit and on sockets. */
@Timeout(60)
class SameStoryTest {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final CallOptions SOON = CallOptions.DEFAULT.withDeadline(Duration.ofMillis(200));

  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /** Where a story is played. */
  enum Stage {
    KIT {
      private TestMesh mesh;

      @Override
      String serve(SameStoryTest test, ServerInterceptor around, ServiceDefinition... services) {
        mesh = TestMesh.create();
        test.opened.push(mesh);
        return mesh.server("a", settings -> settings.intercept(around), services)
            .endpoint();
      }

      @Override
      MeshCaller client(
          SameStoryTest test, String server, CallInterceptor around, AttemptInterceptor attempts) {
        return mesh.client(
            "c",
            settings ->
                settings.defaultDeadline(DEADLINE).intercept(around).interceptAttempts(attempts));
      }
    },
    SOCKETS {
      @Override
      String serve(SameStoryTest test, ServerInterceptor around, ServiceDefinition... services) {
        var builder = MeshServer.builder().name("a").bind("tcp://127.0.0.1:*").intercept(around);
        for (ServiceDefinition service : services) {
          builder.addService(service);
        }
        MeshServer server = builder.drainGrace(Duration.ofMillis(10)).build().start();
        test.opened.push(server);
        return server.endpoint();
      }

      @Override
      MeshCaller client(
          SameStoryTest test, String server, CallInterceptor around, AttemptInterceptor attempts) {
        MeshClient client = MeshClient.builder()
            .name("c")
            .connect(server)
            .defaultDeadline(DEADLINE)
            .intercept(around)
            .interceptAttempts(attempts)
            .build();
        test.opened.push(client);
        return client;
      }
    };

    abstract String serve(
        SameStoryTest test, ServerInterceptor around, ServiceDefinition... services);

    abstract MeshCaller client(
        SameStoryTest test, String server, CallInterceptor around, AttemptInterceptor attempts);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  private static final ServerInterceptor NOTHING_ELSE =
      (context, request, next) -> next.handle(request);

  private static final CallInterceptor NO_MORE = new CallInterceptor() {
    @Override
    public <Q, R> CompletionStage<R> intercept(
        MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
      return next.call(method, request, options);
    }
  };

  private MeshCaller clientOf(Stage stage, ServiceDefinition service) {
    return clientOf(stage, NO_MORE, service);
  }

  private MeshCaller clientOf(Stage stage, CallInterceptor around, ServiceDefinition service) {
    return stage.client(
        this, stage.serve(this, NOTHING_ELSE, service), around, AttemptInterceptor.NONE);
  }

  private static String end(
      MeshCaller mesh,
      MethodDescriptor<String, String> method,
      String request,
      CallOptions options) {
    Throwable failure = catchThrowable(() -> mesh.call(method, request, options));
    return failure == null ? "answered" : told(failure);
  }

  private static String end(MeshCaller mesh, String request) {
    return end(mesh, Shop.BUY, request, CallOptions.DEFAULT);
  }

  /** Calls with each of these requests, and notes how that ends. */
  private void tellEnds(MeshCaller mesh, CallOptions options, String... requests) {
    for (String request : requests) {
      log.add(request + ": " + end(mesh, Shop.BUY, request, options));
    }
  }

  private static String told(Throwable thrown) {
    if (thrown == null) {
      return "nothing";
    }
    Throwable failure = thrown instanceof CompletionException ? thrown.getCause() : thrown;
    if (!(failure instanceof RpcException rpc)) {
      return failure.getClass().getSimpleName();
    }
    String text = rpc.status()
        .text()
        .replaceAll("tcp://\\S+", "it")
        .replaceAll("correlation id [0-9a-f-]+", "correlation id #")
        .replaceAll("\\d+", "#")
        .replaceAll(
            "the deadline of # ms passed|the deadline passed while .*",
            "late"); // as either side says
    return rpc.code() + " " + rpc.execution() + " after " + rpc.attempts().size() + ": " + text;
  }

  /** Answers this request, and no other. */
  private static ServiceDefinition answering(String request) {
    return Shop.async(asked -> asked.equals(request)
        ? CompletableFuture.completedFuture(asked)
        : new CompletableFuture<>());
  }

  @ParameterizedTest
  @EnumSource
  void handlersFail(Stage stage) {
    MeshCaller mesh = clientOf(stage, Shop.of(failing()));
    tellEnds(mesh, CallOptions.DEFAULT, "argument", "error", "rpc", "not run", "null", "nested");

    assertThat(log)
        .containsExactly(
            "argument: UNKNOWN EXECUTED after 1: handler failed; correlation id #",
            "error: UNKNOWN EXECUTED after 1: handler failed; correlation id #",
            "rpc: NOT_FOUND EXECUTED after 1: no tea",
            "not run: ABORTED EXECUTED after 1: not run",
            "null: UNKNOWN EXECUTED after 1: handler failed; correlation id #",
            "nested: UNKNOWN EXECUTED after 1: handler failed; correlation id #");
  }

  private static BlockingHandler<String, String> failing() {
    return request -> {
      switch (request) {
        case "argument" -> throw new IllegalArgumentException("secret");
        case "error" -> throw new AssertionError("secret");
        case "rpc" ->
          throw new RpcException(new Status(Code.NOT_FOUND, "no tea"), Execution.EXECUTED, null);
        case "not run" ->
          throw new RpcException(new Status(Code.ABORTED, "not run"), Execution.NOT_EXECUTED, null);
        case "nested" -> throw new CompletionException(new IllegalStateException("secret"));
        default -> {
          return null;
        }
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void stagesFail(Stage stage) {
    MeshCaller mesh = clientOf(stage, Shop.async(request -> {
      switch (request) {
        case "failed":
          return CompletableFuture.failedFuture(new IllegalStateException("secret"));
        case "rpc":
          return CompletableFuture.failedFuture(new RpcException(Code.ABORTED, "later"));
        case "cancelled":
          CompletableFuture<String> cancelled = new CompletableFuture<>();
          cancelled.cancel(false);
          return cancelled;
        case "null":
          return CompletableFuture.completedFuture(null);
        case "thrown":
          throw new IllegalStateException("secret");
        default:
          return null;
      }
    }));
    tellEnds(mesh, CallOptions.DEFAULT, "failed", "rpc", "cancelled", "null", "thrown", "no stage");

    assertThat(log)
        .containsExactly(
            "failed: UNKNOWN EXECUTED after 1: handler failed; correlation id #",
            "rpc: ABORTED EXECUTED after 1: later",
            "cancelled: UNKNOWN EXECUTED after 1: handler failed; correlation id #",
            "null: UNKNOWN EXECUTED after 1: handler failed; correlation id #",
            "thrown: UNKNOWN EXECUTED after 1: handler failed; correlation id #",
            "no stage: UNKNOWN EXECUTED after 1: handler failed; correlation id #");
  }

  @ParameterizedTest
  @EnumSource
  void timeRunsOut(Stage stage) {
    MeshCaller mesh = clientOf(stage, answering("first"));
    Shop.look(mesh, "first"); // there is a connection now
    log.add("once: " + end(mesh, Shop.BUY, "tea", SOON));
    log.add("or more: " + end(mesh, Shop.LOOK, "tea", SOON));
    log.add("no time: "
        + end(mesh, Shop.LOOK, "tea", CallOptions.DEFAULT.withDeadline(Duration.ofNanos(1))));

    assertThat(log)
        .containsExactly(
            "once: DEADLINE_EXCEEDED UNKNOWN after 1: late",
            "or more: DEADLINE_EXCEEDED UNKNOWN after 1: late",
            "no time: DEADLINE_EXCEEDED UNKNOWN after 1: late");
  }

  @ParameterizedTest
  @EnumSource
  void callsAreCancelled(Stage stage) {
    MeshCaller mesh = clientOf(stage, Shop.async(request -> new CompletableFuture<>()));
    CompletableFuture<String> call = mesh.callAsync(Shop.BUY, "tea", CallOptions.DEFAULT);
    log.add("it was open: " + call.cancel(true));
    log.add(told(catchThrowable(call::join)));

    assertThat(log).containsExactly("it was open: true", "CancellationException");
  }

  @ParameterizedTest
  @EnumSource
  void interceptorsOfCallsFail(Stage stage) {
    MeshCaller mesh = clientOf(
        stage,
        new CallInterceptor() {
          @Override
          @SuppressWarnings("unchecked") // all are texts
          public <Q, R> CompletionStage<R> intercept(
              MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
            return switch ((String) request) {
              case "throws" -> throw new IllegalStateException("mine");
              case "refuses" ->
                CompletableFuture.failedFuture(new RpcException(Code.ABORTED, "mine"));
              case "no stage" -> null;
              case "null" -> CompletableFuture.completedFuture(null);
              case "silent" -> new CompletableFuture<>();
              case "twice" ->
                next.call(method, request, options)
                    .thenCompose(any -> next.call(method, request, options));
              case "itself" -> (CompletionStage<R>) CompletableFuture.completedFuture("mine");
              default -> next.call(method, request, options.withDeadline(Duration.ofMillis(1)));
            };
          }
        },
        answering("twice"));
    log.add("twice: " + end(mesh, "twice"));
    tellEnds(mesh, SOON, "throws", "refuses", "no stage", "null", "silent", "itself", "hurried");

    assertThat(log)
        .containsExactly(
            "twice: answered",
            "throws: INTERNAL NOT_SENT after 0: failed on its way through the interceptors: java.lang.IllegalStateException: mine",
            "refuses: ABORTED EXECUTED after 0: mine",
            "no stage: INTERNAL NOT_SENT after 0: failed on its way through the interceptors: java.lang.IllegalStateException: io.meshrpc.testkit.SameStoryTest$# returned null (expected: a stage)",
            "null: answered",
            "silent: DEADLINE_EXCEEDED NOT_SENT after 0: the interceptors had no answer within # ms",
            "itself: answered",
            "hurried: DEADLINE_EXCEEDED UNKNOWN after 1: late");
  }

  @ParameterizedTest
  @EnumSource
  void interceptorsOfServersFail(Stage stage) {
    ServerInterceptor around = (context, request, next) -> switch ((String) request) {
      case "throws" -> throw new IllegalStateException("secret");
      case "refuses" -> throw new RpcException(Code.PERMISSION_DENIED, "not you");
      case "no stage" -> null;
      case "another type" -> CompletableFuture.completedFuture(1);
      case "itself" -> CompletableFuture.completedFuture("mine");
      default -> next.handle(request);
    };
    MeshCaller mesh = stage.client(
        this, stage.serve(this, around, Shop.echo()), NO_MORE, AttemptInterceptor.NONE);
    tellEnds(
        mesh,
        CallOptions.DEFAULT,
        "throws",
        "refuses",
        "no stage",
        "another type",
        "itself",
        "nothing");

    assertThat(log)
        .containsExactly(
            "throws: UNKNOWN EXECUTED after 1: handler failed; correlation id #",
            "refuses: PERMISSION_DENIED EXECUTED after 1: not you",
            "no stage: UNKNOWN EXECUTED after 1: handler failed; correlation id #",
            "another type: UNKNOWN EXECUTED after 1: handler failed; correlation id #",
            "itself: answered",
            "nothing: answered");
  }

  @ParameterizedTest
  @EnumSource
  void attemptsAreSeen(Stage stage) {
    AttemptInterceptor attempts = new AttemptInterceptor() {
      @Override
      public Metadata onSend(
          MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
        if (method == Shop.LOOK) {
          throw new IllegalStateException("mine");
        }
        log.add("send " + method.name() + " " + attempt);
        return metadata.with("by", "attempt");
      }

      @Override
      public void onEnd(AttemptTrace attempt) {
        log.add("end " + attempt.number() + " " + attempt.execution() + " "
            + attempt.end().code());
      }
    };
    ServiceDefinition shop = Shop.of(
        request -> CallContext.current().orElseThrow().metadata().text("by").orElse("nobody"));
    MeshCaller mesh = stage.client(this, stage.serve(this, NOTHING_ELSE, shop), NO_MORE, attempts);
    log.add(Shop.buy(mesh, "tea"));
    log.add(end(mesh, Shop.LOOK, "tea", CallOptions.DEFAULT));

    assertThat(log)
        .containsExactly(
            "send Buy 1",
            "end 1 EXECUTED OK",
            "attempt",
            "INTERNAL NOT_SENT after 1: the attempt interceptor failed: java.lang.IllegalStateException: mine");
  }

  @ParameterizedTest
  @EnumSource
  void wordsThatCannotBeWrittenOrRead(Stage stage) {
    Marshaller<String> broken = new Marshaller<>() {
      @Override
      public byte[] encode(String value) {
        if (value.equals("unwritable")) {
          throw new IllegalStateException("mine");
        }
        return value.getBytes(StandardCharsets.UTF_8);
      }

      @Override
      public String decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.equals("unreadable")) {
          throw new IllegalStateException("mine");
        }
        return text;
      }
    };
    MethodDescriptor<String, String> buy =
        new MethodDescriptor<>("test.Shop", "Buy", Idempotency.UNSPECIFIED, broken, broken);
    MethodDescriptor<String, String> sell =
        new MethodDescriptor<>("test.Shop", "Sell", Idempotency.UNSPECIFIED, broken, broken);
    MeshCaller mesh = clientOf(
        stage, Shop.of(request -> request.equals("ask") ? "unreadable" : "x".repeat(5 << 20)));
    log.add("request: " + end(mesh, buy, "unwritable", CallOptions.DEFAULT));
    log.add("reply: " + end(mesh, buy, "ask", CallOptions.DEFAULT));
    log.add("no method: " + end(mesh, sell, "tea", CallOptions.DEFAULT));
    log.add("large request: " + end(mesh, buy, "x".repeat(5 << 20), CallOptions.DEFAULT));
    log.add("large reply: " + end(mesh, buy, "tea", CallOptions.DEFAULT));

    assertThat(log)
        .containsExactly(
            "request: INTERNAL NOT_SENT after 0: the request could not be written: java.lang.IllegalStateException: mine",
            "reply: INTERNAL EXECUTED after 1: the reply came and could not be taken: java.lang.IllegalStateException: mine",
            "no method: UNIMPLEMENTED NOT_SENT after 0: no server offers test.Shop/Sell",
            "large request: RESOURCE_EXHAUSTED NOT_SENT after 0: request: # bytes (expected: <= #, the limit of this client)",
            "large reply: RESOURCE_EXHAUSTED EXECUTED after 1: reply: # bytes (expected: <= #)");
  }

  @ParameterizedTest
  @EnumSource
  void twoDefinitionsOfOneService(Stage stage) {
    Throwable refused =
        catchThrowable(() -> stage.serve(this, NOTHING_ELSE, Shop.echo(), Shop.echo()));

    assertThat(refused)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("service: test.Shop (expected: each service once)");
  }

  @ParameterizedTest
  @EnumSource
  void callbacksHaveNoContext(Stage stage) throws Exception {
    MeshCaller mesh = clientOf(stage, Shop.echo());
    CompletableFuture<String> told = mesh.callAsync(Shop.BUY, "tea", CallOptions.DEFAULT)
        .thenApply(reply -> reply + ", " + CallContext.current().isPresent());
    Shop.buy(mesh, "more");

    assertThat(told.get(5, TimeUnit.SECONDS)).isEqualTo("tea, false");
  }
}
