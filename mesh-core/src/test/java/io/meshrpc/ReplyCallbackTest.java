package io.meshrpc;

import static io.meshrpc.Contract.PAY;
import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.CallContext;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.OpenCall;
import io.meshrpc.api.ReplyCallback;
import io.meshrpc.api.RpcException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a callback hears, where, and what it may do. */
@Timeout(60)
class ReplyCallbackTest {
  private static final Duration TEN_SECONDS = Duration.ofSeconds(10);

  /** What a callback has heard: once, or its future fails. */
  private static final class Heard implements ReplyCallback<String> {
    private final CompletableFuture<Thread> thread = new CompletableFuture<>();
    private final AtomicInteger times = new AtomicInteger();
    private @Nullable String reply;
    private @Nullable RpcException failure;

    @Override
    public void ended(@Nullable String reply, @Nullable RpcException failure) {
      this.reply = reply;
      this.failure = failure;
      times.incrementAndGet();
      thread.complete(Thread.currentThread());
    }

    Thread thread() {
      return thread.join();
    }

    String reply() {
      thread();
      assertThat(failure).isNull();
      return reply;
    }

    RpcException failure() {
      thread();
      assertThat(reply).isNull();
      return failure;
    }

    void assertOnce() {
      assertThat(times).hasValue(1);
    }
  }

  @Test
  void hearsTheReply() {
    try (MeshServer server = server(request -> "to " + request).build().start();
        MeshClient mesh = client(server).build()) {
      Heard heard = new Heard();
      mesh.callAsync(READ, "you", DEFAULT, heard);
      assertThat(heard.reply()).isEqualTo("to you");
    }
  }

  @Test
  void mayBeForSomethingWiderThanTheReply() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).build()) {
      CompletableFuture<Object> heard = new CompletableFuture<>();
      ReplyCallback<Object> wide = (reply, failure) -> heard.complete(reply);
      mesh.callAsync(READ, "any", DEFAULT, wide);
      assertThat(heard.join()).isEqualTo("any");
    }
  }

  @Test
  void hearsWhatTheHandlerAnswered() {
    try (MeshServer server = server(request -> {
              throw new RpcException(Code.NOT_FOUND, "no such desk");
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      Heard heard = new Heard();
      mesh.callAsync(PAY, "", DEFAULT, heard);
      assertThat(heard.failure().code()).isEqualTo(Code.NOT_FOUND);
      assertThat(heard.failure().execution()).isEqualTo(Execution.EXECUTED);
      assertThat(heard.failure().attempts()).hasSize(1);
    }
  }

  /** A method whose replies fail so when they are read. */
  private static MethodDescriptor<String, String> unreadable(RuntimeException failure) {
    Marshaller<String> reply = new Marshaller<>() {
      @Override
      public byte[] encode(String value) {
        return new byte[0];
      }

      @Override
      public String decode(byte[] bytes) {
        throw failure;
      }
    };
    return new MethodDescriptor<>(
        READ.service(), READ.name(), Idempotency.NO_SIDE_EFFECTS, READ.request(), reply);
  }

  @Test
  void hearsThatTheReplyCannotBeRead() {
    MethodDescriptor<String, String> unreadable =
        unreadable(new IllegalStateException("not a word of it"));
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).build()) {
      Heard heard = new Heard();
      mesh.callAsync(unreadable, "", DEFAULT, heard);
      assertThat(heard.failure().code()).isEqualTo(Code.INTERNAL);
      assertThat(heard.failure().execution()).isEqualTo(Execution.EXECUTED);
      assertThat(heard.failure()).hasRootCauseMessage("not a word of it");
    }
  }

  @Test
  void hearsOfItsDeadline() {
    try (MeshClient mesh = MeshClient.builder().connect("tcp://127.0.0.1:1").build()) {
      Heard heard = new Heard();
      mesh.callAsync(READ, "", DEFAULT.withDeadline(Duration.ofMillis(50)), heard);
      assertThat(heard.failure().code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(heard.failure().execution()).isEqualTo(Execution.NOT_SENT);
    }
  }

  @Test
  void hearsInItsCallersThreadWhatCannotBegin() {
    MethodDescriptor<String, String> unwritable =
        UsersCodeTest.unwritable(new IllegalStateException("no words for it"));
    Heard wordless = new Heard();
    Heard late = new Heard();
    try (MeshClient mesh = MeshClient.builder().connect("tcp://127.0.0.1:1").build()) {
      OpenCall call = mesh.callAsync(unwritable, "", DEFAULT, wordless);
      assertThat(wordless.thread).isCompletedWithValue(Thread.currentThread());
      assertThat(wordless.failure().code()).isEqualTo(Code.INTERNAL);
      assertThat(wordless.failure()).hasRootCauseMessage("no words for it");
      call.cancel();
      mesh.close();
      mesh.callAsync(READ, "", DEFAULT, late).cancel();
      assertThat(late.thread).isCompletedWithValue(Thread.currentThread());
      assertThat(late.failure().code()).isEqualTo(Code.CANCELLED);
      assertThat(late.failure().execution()).isEqualTo(Execution.NOT_SENT);
    }
    wordless.assertOnce();
    late.assertOnce();
  }

  @Test
  void whatIsWrongWithTheArgumentsIsThrown() {
    try (MeshClient mesh = MeshClient.builder().connect("tcp://127.0.0.1:1").build()) {
      Heard heard = new Heard();
      HedgePolicy hedge = HedgePolicy.after(Duration.ofMillis(10));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> mesh.callAsync(PAY, "", DEFAULT.withHedge(hedge), heard))
          .withMessageContaining("hedge");
      ReplyCallback<String> none = null;
      assertThatNullPointerException()
          .isThrownBy(() -> mesh.callAsync(READ, "", DEFAULT, none))
          .withMessage("callback");
      assertThat(heard.times).hasValue(0);
    }
  }

  @Test
  void hearsOfItsCancelOnceAndTruly() {
    try (MeshClient mesh = MeshClient.builder().connect("tcp://127.0.0.1:1").build()) {
      Heard heard = new Heard();
      OpenCall call = mesh.callAsync(PAY, "", DEFAULT, heard);
      call.cancel();
      call.cancel();
      assertThat(heard.failure().code()).isEqualTo(Code.CANCELLED);
      assertThat(heard.failure().execution()).isEqualTo(Execution.NOT_SENT);
      mesh.close();
      call.cancel();
      heard.assertOnce();
    }
  }

  @Test
  void theHandlerHearsOfTheCancel() {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    try (MeshServer server = server(request -> {
              CallContext.current().orElseThrow().onCancel(cancelled::countDown);
              entered.countDown();
              cancelled.await();
              return "";
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      Heard heard = new Heard();
      OpenCall call = mesh.callAsync(PAY, "", DEFAULT, heard);
      await().until(() -> entered.getCount() == 0);
      call.cancel();
      assertThat(heard.failure().code()).isEqualTo(Code.CANCELLED);
      await().until(() -> cancelled.getCount() == 0);
    }
  }

  @Test
  void hearsThatTheClientWasClosed() {
    Heard heard = new Heard();
    try (MeshClient mesh = MeshClient.builder().connect("tcp://127.0.0.1:1").build()) {
      mesh.callAsync(READ, "", DEFAULT, heard);
    }
    assertThat(heard.failure().code()).isEqualTo(Code.CANCELLED);
  }

  @Test
  void hearsOnTheExecutorThatWasGiven() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server)
            .callbackExecutor(task -> new Thread(task, "mine").start())
            .build()) {
      Heard heard = new Heard();
      mesh.callAsync(READ, "", DEFAULT, heard);
      assertThat(heard.thread().getName()).isEqualTo("mine");
    }
  }

  @Test
  void hearsEvenIfTheExecutorRejectsIt() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server)
            .callbackExecutor(task -> {
              throw new RejectedExecutionException("full");
            })
            .build()) {
      Heard heard = new Heard();
      mesh.callAsync(READ, "heard", DEFAULT, heard);
      assertThat(heard.reply()).isEqualTo("heard");
    }
  }

  @Test
  void hearsOnceFromAnExecutorThatSaysItRejectsAndDoesNot() {
    Queue<Runnable> kept = new ConcurrentLinkedQueue<>();
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server)
            .callbackExecutor(task -> {
              kept.add(task);
              throw new OutOfMemoryError("unable to create native thread");
            })
            .build()) {
      Heard good = new Heard();
      Heard bad = new Heard();
      mesh.callAsync(READ, "good", DEFAULT, good);
      mesh.callAsync(
          READ, "", DEFAULT.withServer("tcp://127.0.0.1:1").withWaitForReady(false), bad);
      assertThat(good.reply()).isEqualTo("good");
      bad.failure();
      await().until(() -> kept.size() == 2);
      kept.forEach(Runnable::run);
      good.assertOnce();
      bad.assertOnce();
    }
  }

  @Test
  void hearsThatTheReplyCannotBeReadEvenIfNobodyCanSayWhy() {
    MethodDescriptor<String, String> unspeakable = unreadable(new IllegalStateException() {
      @Override
      public String getMessage() {
        throw new IllegalStateException("not even that");
      }
    });
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).build()) {
      for (int i = 0; i < 20; i++) {
        Heard odd = new Heard();
        Heard other = new Heard();
        mesh.callAsync(unspeakable, "", DEFAULT, odd);
        mesh.callAsync(READ, "other", DEFAULT, other);
        assertThat(odd.failure().code()).isEqualTo(Code.INTERNAL);
        assertThat(odd.failure().execution()).isEqualTo(Execution.EXECUTED);
        assertThat(other.reply()).isEqualTo("other");
      }
    }
  }

  @Test
  void oneThatThrowsIsLoggedBehindInterceptorsAndInHandlersToo() {
    IllegalStateException mistake = new IllegalStateException("a mistake behind others");
    ReplyCallback<String> mistaken = (reply, failure) -> {
      throw mistake;
    };
    try (LogEars log = new LogEars();
        MeshServer back = server(request -> request).build().start();
        MeshClient intercepted =
            client(back).intercept(InterceptorTest.passing()).build();
        MeshClient plain = client(back).build();
        MeshServer front = server(request -> {
              plain.callAsync(READ, "", DEFAULT, mistaken);
              return request;
            })
            .build()
            .start();
        MeshClient mesh = client(front).build()) {
      intercepted.callAsync(READ, "", DEFAULT, mistaken);
      await().untilAsserted(() -> assertThat(log.records()).hasSize(1));
      mesh.call(READ, "", DEFAULT);
      await().untilAsserted(() -> assertThat(log.records()).hasSize(2));
      assertThat(log.records()).allSatisfy(line -> {
        assertThat(line.getThrown()).isSameAs(mistake);
        assertThat(line.getMessage()).isEqualTo("the callback of a call failed, 1 times");
      });
    }
  }

  @Test
  void oneThatThrowsIsLoggedAndKeepsNobodyFromHearing() {
    try (LogEars log = new LogEars();
        MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).build()) {
      IllegalStateException mistake = new IllegalStateException("a mistake");
      for (int i = 0; i < 100; i++) {
        mesh.callAsync(READ, "", DEFAULT, (reply, failure) -> {
          throw mistake;
        });
      }
      Heard heard = new Heard();
      mesh.callAsync(READ, "next", DEFAULT, heard);
      assertThat(heard.reply()).isEqualTo("next");
      await()
          .untilAsserted(() -> assertThat(log.records()).anySatisfy(line -> {
            assertThat(line.getThrown()).isSameAs(mistake);
            assertThat(line.getMessage()).contains("callback");
          }));
      assertThat(log.records()).hasSizeLessThan(20);
    }
  }

  @Test
  void oneThatWaitsHoldsUpNoOther() {
    CountDownLatch released = new CountDownLatch(1);
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).build()) {
      for (int i = 0; i < 3; i++) {
        Heard held = new Heard();
        mesh.callAsync(READ, "", DEFAULT, (reply, failure) -> {
          held.ended(reply, failure);
          Contract.awaitQuietly(released);
        });
        held.reply();
        Heard other = new Heard();
        mesh.callAsync(READ, "other", DEFAULT, other);
        assertThat(other.reply()).isEqualTo("other");
      }
      released.countDown();
    }
  }

  @Test
  void mayMakeTheNextCall() {
    try (MeshServer server = server(request -> request + ".").build().start();
        MeshClient mesh = client(server).build()) {
      CompletableFuture<String> end = new CompletableFuture<>();
      ReplyCallback<String> again = new ReplyCallback<>() {
        @Override
        public void ended(@Nullable String reply, @Nullable RpcException failure) {
          if (reply == null || reply.length() == 50) {
            end.complete(reply);
          } else {
            mesh.callAsync(READ, reply, DEFAULT, this);
          }
        }
      };
      mesh.callAsync(READ, "", DEFAULT, again);
      assertThat(end.join()).isEqualTo(".".repeat(50));
    }
  }

  @Test
  void hearsBehindInterceptors() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).intercept(InterceptorTest.passing()).build()) {
      Heard heard = new Heard();
      mesh.callAsync(READ, "through", DEFAULT, heard);
      assertThat(heard.reply()).isEqualTo("through");
      Heard cancelled = new Heard();
      mesh.callAsync(READ, "", DEFAULT.withServer("tcp://127.0.0.1:1"), cancelled)
          .cancel();
      assertThat(cancelled.failure().code()).isEqualTo(Code.CANCELLED);
      cancelled.assertOnce();
    }
  }

  @Test
  void aHandlersCallEndsWithItsCallerAndIsHeardInItsContext() {
    CompletableFuture<Boolean> inContext = new CompletableFuture<>();
    Heard nested = new Heard();
    CountDownLatch called = new CountDownLatch(1);
    try (MeshClient nowhere = MeshClient.builder().connect("tcp://127.0.0.1:1").build();
        MeshServer server = server(Contract.async(request -> {
              nowhere.callAsync(
                  READ, "", DEFAULT.withDeadline(TEN_SECONDS.multipliedBy(6)), (reply, failure) -> {
                    inContext.complete(CallContext.current().isPresent());
                    nested.ended(reply, failure);
                  });
              called.countDown();
              return new CompletableFuture<>();
            }))
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      OpenCall outer = mesh.callAsync(PAY, "", DEFAULT.withDeadline(TEN_SECONDS), new Heard());
      await().until(() -> called.getCount() == 0);
      outer.cancel();
      assertThat(nested.failure().code()).isEqualTo(Code.CANCELLED);
      assertThat(inContext.join()).isTrue();
    }
  }

  @Test
  void thousandsAreEachHeardOnce() {
    try (MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).build()) {
      List<Heard> all = Stream.generate(Heard::new).limit(5_000).toList();
      for (int i = 0; i < all.size(); i++) {
        mesh.callAsync(READ, String.valueOf(i), DEFAULT, all.get(i));
      }
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i).reply()).isEqualTo(String.valueOf(i));
        all.get(i).assertOnce();
      }
    }
  }
}
