package io.meshrpc.edge;

import static io.meshrpc.Races.atOnce;
import static io.meshrpc.Races.check;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.Races;
import io.meshrpc.api.CallInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Handler;
import io.meshrpc.api.Idempotency;
import io.meshrpc.api.Marshaller;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RpcException;
import io.meshrpc.core.ClientCall;
import io.meshrpc.core.Samples;
import io.meshrpc.core.ServerCall;
import io.meshrpc.core.ServerReply;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every call ends once, at both ends, whatever comes together. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a lost wake-up hangs
class CallEndTest {
  private static final byte[] BYTES = {1};
  private static final Marshaller<byte[]> SAME = new Marshaller<>() {
    @Override
    public byte[] encode(byte[] value) {
      return value;
    }

    @Override
    public byte[] decode(byte[] bytes) {
      return bytes;
    }
  };
  private static final MethodDescriptor<byte[], byte[]> METHOD =
      new MethodDescriptor<>("test.Race", "Run", Idempotency.UNSPECIFIED, SAME, SAME);
  private static final ServerContext.Home HOME = new ServerContext.Home(() -> 0, null);
  private static final ServerCall TO_RUN = Samples.toRun(METHOD, BYTES);

  @Test
  void aCallerThatWaitsHearsOfTheEndWheneverItComes() {
    Races.play(() -> {
      AtomicReference<PendingReply<byte[]>> pending = new AtomicReference<>();
      AtomicReference<byte[]> reply = new AtomicReference<>();
      Thread loop = new Thread(() -> end(pending.get()));
      atOnce(() -> {
        pending.set(new PendingReply<>());
        loop.start();
        reply.set(pending.get().await(() -> {}, Long.MAX_VALUE));
      });
      loop.join();
      check(reply.get() == BYTES, "no reply");
    });
  }

  private static ClientCall answered() {
    return Samples.answered(METHOD, BYTES);
  }

  private static void end(PendingReply<?> pending) {
    pending.end(answered(), null);
    pending.wake();
  }

  @Test
  void anInterruptOfACallerThatWaitsNeitherHidesTheEndNorIsItLost() {
    Races.play(() -> {
      AtomicReference<PendingReply<byte[]>> pending = new AtomicReference<>();
      AtomicReference<byte[]> reply = new AtomicReference<>();
      AtomicBoolean cancelled = new AtomicBoolean();
      AtomicBoolean kept = new AtomicBoolean();
      AtomicReference<Thread> caller = new AtomicReference<>();
      Thread loop = new Thread(() -> end(pending.get()));
      Thread stranger = new Thread(() -> caller.get().interrupt());
      atOnce(() -> {
        caller.set(Thread.currentThread());
        pending.set(new PendingReply<>());
        loop.start();
        stranger.start();
        reply.set(pending.get().await(() -> cancelled.set(true), Long.MAX_VALUE));
        kept.set(Thread.interrupted());
      });
      loop.join();
      stranger.join();
      check(reply.get() == BYTES, "no reply");
      check(kept.get() || !cancelled.get(), "the interrupt is lost");
    });
  }

  @Test
  void aFutureIsEitherCancelledOrCompleted() {
    Races.play(() -> {
      ReplyFuture<byte[]> future = new ReplyFuture<>(call -> {});
      future.of(answered());
      AtomicReference<Boolean> cancelled = new AtomicReference<>();
      atOnce(future::run, () -> cancelled.set(future.cancel(true)));
      check(future.isDone() && future.isCancelled() == cancelled.get(), "unclear end");
      check(cancelled.get() || future.join() == BYTES, "no reply");
    });
  }

  /** One invocation, and what became of it. */
  private static final class Run {
    final AtomicInteger runs = new AtomicInteger();
    final List<ServerReply> ends = Collections.synchronizedList(new ArrayList<>());
    final Invocation invocation;

    Run(Handler<byte[], byte[]> handler) {
      Handler<byte[], byte[]> counting = request -> {
        runs.incrementAndGet();
        return handler.handle(request);
      };
      invocation = new Invocation(
          TO_RUN,
          new Invocation.Plan(
              counting, List.of(), () -> "id", HOME, (same, reply) -> ends.add(reply)));
    }

    void checkEndedOnce() {
      check(ends.size() == 1, "ended " + ends.size() + " times");
      check(invocation.hasEnded(), "has not ended");
      check(runs.get() == (ends.get(0).executed() ? 1 : 0), "runs: " + runs + ", " + ends.get(0));
    }
  }

  @Test
  void whatAnExecutorRunsTwiceRunsOnceAndEndsOnce() {
    Races.play(() -> {
      Run run = new Run(request -> CompletableFuture.completedFuture(request));
      atOnce(run.invocation::run, run.invocation::run);
      run.checkEndedOnce();
    });
  }

  @Test
  void whatAnExecutorRunsAndRejectsAtOnceIsExecutedOrIsNot() {
    Logger log = Logger.getLogger("io.meshrpc");
    log.setLevel(Level.OFF); // each order would be a warning
    try {
      Races.play(() -> {
        Run run = new Run(request -> CompletableFuture.completedFuture(request));
        atOnce(run.invocation::run, () -> run.invocation.rejected(new RuntimeException("full")));
        run.checkEndedOnce();
      });
    } finally {
      log.setLevel(null);
    }
  }

  @Test
  void aStageThatCompletesWhileItIsReturnedEndsItsCallOnce() {
    Races.play(() -> {
      CompletableFuture<byte[]> stage = new CompletableFuture<>();
      Run run = new Run(request -> stage);
      atOnce(run.invocation::run, () -> stage.complete(BYTES));
      run.checkEndedOnce();
    });
  }

  @Test
  void anAnswerThatIsKeptIsTakenOnceAndNotTold() {
    Run run = new Run(request -> CompletableFuture.completedFuture(request));
    run.invocation.keepReply(true);
    run.invocation.run();
    run.invocation.run();

    assertThat(run.runs).hasValue(1);
    assertThat(run.invocation.hasEnded()).isTrue();
    assertThat(run.invocation.takeReply()).isNotNull();
    assertThat(run.invocation.takeReply()).isNull();
    assertThat(run.ends).isEmpty();
  }

  @Test
  void aGoodAnswerThatIsKeptIsTakenAsItsBytesOnce() {
    Run run = new Run(request -> CompletableFuture.completedFuture(request));
    run.invocation.keepReply(true);
    run.invocation.run();

    assertThat(run.invocation.hasKept()).isTrue();
    assertThat(run.invocation.takePayload()).isSameAs(BYTES);
    assertThat(run.invocation.hasKept()).isFalse();
    assertThat(run.invocation.takePayload()).isNull();
    assertThat(run.invocation.takeReply()).isNull();
  }

  @Test
  void aFailureThatIsKeptIsNotTakenAsBytes() {
    Run run = new Run(request -> {
      throw new RpcException(Code.NOT_FOUND, "no such run");
    });
    run.invocation.keepReply(true);
    run.invocation.run();

    assertThat(run.invocation.takePayload()).isNull();
    assertThat(run.invocation.hasKept()).isTrue();
    ServerReply reply = run.invocation.takeReply();
    assertThat(reply).isNotNull();
    assertThat(reply.code()).isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void anAnswerThatIsKeptByOneWhoHasStayedTooLongIsTold() {
    Run run = new Run(request -> CompletableFuture.completedFuture(request));
    run.invocation.keepReply(true);
    run.invocation.run();
    run.invocation.overstayed();
    run.invocation.overstayed();

    run.checkEndedOnce();
  }

  @Test
  void aStageThatCompletesWhileItIsReturnedIsKeptOrTold() {
    Races.play(() -> {
      CompletableFuture<byte[]> stage = new CompletableFuture<>();
      Run run = new Run(request -> stage);
      run.invocation.keepReply(true);
      AtomicReference<ServerReply> taken = new AtomicReference<>();
      atOnce(
          () -> {
            run.invocation.run();
            taken.set(run.invocation.takeReply());
          },
          () -> stage.complete(BYTES));
      check(run.ends.size() == (taken.get() == null ? 1 : 0), "ends: " + run.ends + taken);
      check(run.invocation.hasEnded(), "has not ended");
    });
  }

  @Test
  void aReplyIsTakenByWhoWaitsOrIsRunLikeOthersOnceThatHasLeft() {
    Races.play(() -> {
      AwaitedReply<byte[]> future = new AwaitedReply<>(call -> {}, Thread.currentThread());
      future.of(answered());
      AtomicReference<Boolean> left = new AtomicReference<>();
      atOnce(
          () -> {
            boolean toWaiter = future.isLeftToWaiter();
            left.set(toWaiter);
            if (!toWaiter) {
              future.run();
            }
          },
          () -> {
            future.completeIfEnded();
            future.leave();
          });
      check(future.isDone() && future.join() == BYTES, "no reply, left to the waiter: " + left);
    });
  }

  @Test
  void cancellingAnInterceptedCallReachesWhatIsJustBeingSent() {
    Races.play(() -> {
      CompletableFuture<byte[]> sent = new CompletableFuture<>();
      Sending mesh = new Sending(sent);
      AtomicReference<CallInterceptor.Next> next = new AtomicReference<>();
      CompletableFuture<byte[]> future = new InterceptedCall<byte[]>(
              List.of(new Later(next)), mesh, null)
          .start(METHOD, BYTES, DEFAULT);
      atOnce(() -> next.get().call(METHOD, BYTES, DEFAULT), () -> future.cancel(true));
      check(sent.isCancelled(), "what was sent goes on");
    });
  }

  /** A mesh of one call. */
  private record Sending(CompletableFuture<byte[]> sent) implements InterceptedCall.Mesh {
    @Override
    @SuppressWarnings("unchecked") // there is one method
    public <Q, R> CompletableFuture<R> send(
        MethodDescriptor<Q, R> method, Q request, CallOptions options, @Nullable Thread waiter) {
      return (CompletableFuture<R>) sent;
    }
  }

  /** Lets a call wait, until somebody sends it on. */
  private record Later(AtomicReference<CallInterceptor.Next> next) implements CallInterceptor {
    @Override
    public <Q, R> CompletionStage<R> intercept(
        MethodDescriptor<Q, R> method, Q request, CallOptions options, Next next) {
      this.next.set(next);
      return new CompletableFuture<>();
    }
  }
}
