package io.meshrpc;

import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.failureOf;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.CallContext;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RpcException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What goes wrong at every call is logged, with how often, and does not fill the log. */
@Timeout(60)
class LogFloodTest {
  private static final int CALLS = 20;
  private static final int LINES = 5; // the 1st, 2nd, 4th, 8th and 16th
  private static final CallOptions ONCE = DEFAULT.withRetry(RetryPolicy.NEVER);

  private static long lines(LogEars log, String text) {
    return log.texts().stream().filter(line -> line.contains(text)).count();
  }

  @Test
  void anExecutorThatRejectsEveryCall() {
    try (LogEars log = new LogEars();
        MeshServer server = server(request -> request)
            .executor(task -> {
              throw new RejectedExecutionException("full");
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      for (int i = 0; i < CALLS; i++) {
        assertThat(failureOf(() -> mesh.call(READ, "", ONCE.withDeadline(Duration.ofSeconds(5))))
                .code())
            .isEqualTo(Code.RESOURCE_EXHAUSTED);
      }
      assertThat(lines(log, "the executor of test.Desk/Read rejected a call")).isEqualTo(LINES);
      assertThat(lines(log, "16 times")).isEqualTo(1);
    }
  }

  @Test
  void anAttemptInterceptorThatThrowsAtEveryEnd() {
    AttemptInterceptor broken = new AttemptInterceptor() {
      @Override
      public void onEnd(AttemptTrace attempt) {
        throw new IllegalStateException("an interceptor's mistake");
      }
    };
    try (LogEars log = new LogEars();
        MeshServer server = server(request -> request).build().start();
        MeshClient mesh = client(server).interceptAttempts(broken).build()) {
      for (int i = 0; i < CALLS; i++) {
        assertThat(mesh.call(READ, "there", DEFAULT)).isEqualTo("there");
      }
      assertThat(lines(log, "the attempt interceptor failed")).isEqualTo(LINES);
    }
  }

  @Test
  void aListenerThatThrowsAtEveryPieceOfNews() {
    AtomicInteger heard = new AtomicInteger();
    News news = new News("test", new MeshListener() {
      @Override
      public void onStrayBytes(StrayBytes stray) {
        heard.incrementAndGet();
        throw new IllegalStateException("a listener's mistake");
      }
    });
    try (LogEars log = new LogEars()) {
      for (int i = 0; i < CALLS; i++) {
        news.stray("127.0.0.1:1", 1, "no batch");
      }
      await().until(() -> heard.get() == CALLS && lines(log, "the listener failed") >= LINES);
      assertThat(lines(log, "the listener failed")).isEqualTo(LINES);
    } finally {
      news.close();
    }
  }

  @Test
  void anActionOnCancelThatThrowsAtEveryCall() {
    AtomicInteger started = new AtomicInteger();
    AtomicInteger cancelled = new AtomicInteger();
    try (LogEars log = new LogEars();
        MeshServer server = server(request -> {
              CountDownLatch end = new CountDownLatch(1);
              CallContext.current().orElseThrow().onCancel(() -> {
                cancelled.incrementAndGet();
                end.countDown();
                throw new IllegalStateException("an action's mistake");
              });
              started.incrementAndGet();
              Contract.awaitQuietly(end);
              return "";
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      for (int i = 1; i <= CALLS; i++) {
        int count = i;
        CompletableFuture<String> call = mesh.callAsync(READ, "", DEFAULT);
        await().until(() -> started.get() == count);
        call.cancel(false);
        await().until(() -> cancelled.get() == count);
      }
      await().until(() -> lines(log, "an action on cancel of test.Desk/Read failed") >= LINES);
      assertThat(lines(log, "an action on cancel")).isEqualTo(LINES);
    }
  }

  @Test
  void aServerTellsOfHandlersThatItDoesNotWaitFor() {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    try (LogEars log = new LogEars();
        MeshServer server = server(request -> {
              started.countDown();
              Contract.awaitQuietly(end);
              return "";
            })
            .drainGrace(Duration.ofMillis(1))
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      CompletableFuture<String> call = mesh.callAsync(READ, "", DEFAULT);
      Contract.awaitQuietly(started);
      server.close();
      assertThat(lines(log, "closes while 1 of its handlers run, for the grace is over"))
          .isEqualTo(1);
      assertThat(call.cancel(false)).isTrue();
    } finally {
      end.countDown();
    }
  }

  @Test
  void aFailureWithTooMuchMetadata() {
    try (LogEars log = new LogEars();
        MeshServer server = server(request -> {
              throw new RpcException(
                  Code.NOT_FOUND, "no", Metadata.EMPTY.with("much", "x".repeat(9000)));
            })
            .build()
            .start();
        MeshClient mesh = client(server).build()) {
      for (int i = 0; i < CALLS; i++) {
        assertThat(failureOf(() -> mesh.call(READ, "", DEFAULT)).code()).isEqualTo(Code.NOT_FOUND);
      }
      assertThat(lines(log, "left without its metadata")).isEqualTo(LINES);
    }
  }
}
