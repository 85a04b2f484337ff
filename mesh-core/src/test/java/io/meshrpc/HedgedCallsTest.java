package io.meshrpc;

import static io.meshrpc.Contract.PAY;
import static io.meshrpc.Contract.READ;
import static io.meshrpc.Contract.client;
import static io.meshrpc.Contract.server;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static io.meshrpc.api.Execution.NOT_EXECUTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RetryPolicy.Repeat;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hedges and tied requests over real sockets, and who may not have them. */
@Timeout(60)
class HedgedCallsTest {
  private static final HedgePolicy SOON =
      HedgePolicy.after(Duration.ofMillis(20)).withExtraLoad(1);

  @Test
  void aMethodThatMayNotRunTwiceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MeshClient.builder().hedge(PAY, HedgePolicy.ON).build())
        .withMessage(
            "hedge: test.Desk/Pay (expected: an idempotent method, or" + " Repeat.AT_LEAST_ONCE)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MeshClient.builder()
            .hedge(READ, HedgePolicy.ON)
            .retry(READ, RetryPolicy.NEVER)
            .build())
        .withMessage(
            "hedge: test.Desk/Read with Repeat.NEVER (expected: a call that may run twice)");
  }

  @Test
  void aMethodWhoseCallerAcceptsDuplicatesMayBeHedged() {
    MeshClient.builder()
        .hedge(PAY, HedgePolicy.ON)
        .retry(PAY, RetryPolicy.DEFAULT.withRepeat(Repeat.AT_LEAST_ONCE))
        .build()
        .close();
    MeshClient.builder().hedge(PAY, HedgePolicy.OFF).build().close();
  }

  @Test
  void aCallThatMayNotRunTwiceIsRefused() {
    CallOptions hedged = DEFAULT.withHedge(HedgePolicy.ON);
    try (MeshClient mesh = MeshClient.builder().build()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> mesh.callAsync(PAY, "", hedged))
          .withMessageStartingWith("hedge: test.Desk/Pay (expected:");
    }
  }

  @Test
  void aCallThatHangsAtOneServerIsAnsweredByTheOther() {
    hangsAtOneOfTwo(SOON, DEFAULT);
  }

  @Test
  void theOptionsOfACallHold() {
    hangsAtOneOfTwo(HedgePolicy.OFF, DEFAULT.withHedge(SOON));
  }

  private static void hangsAtOneOfTwo(HedgePolicy policy, CallOptions options) {
    AtomicInteger runs = new AtomicInteger();
    CountDownLatch free = new CountDownLatch(1);
    var service = Contract.blocking(request -> {
      if (runs.incrementAndGet() == 1) {
        free.await();
      }
      return "hello " + request;
    });
    try (MeshServer one = server(service).build().start();
        MeshServer two = server(service).build().start();
        MeshClient mesh = client(one, two).hedge(READ, policy).build()) {
      awaitUp(mesh, 2);
      assertThat(mesh.call(READ, "you", options)).isEqualTo("hello you");
      assertThat(runs).hasValue(2);
      free.countDown();
    }
  }

  @Test
  void aTiedCallThatIsQueuedAtOneServerRunsAtTheOtherOnly() {
    HedgePolicy tied = HedgePolicy.ON.withTied(true).withExtraLoad(1);
    CountDownLatch free = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    List<AttemptTrace> ends = new CopyOnWriteArrayList<>();
    var service = Contract.blocking(request -> {
      runs.incrementAndGet();
      if (request.equals("wait")) {
        free.await();
      }
      return request;
    });
    try (MeshServer one = server(service).workers(1).build().start();
        MeshServer two = server(service).workers(1).build().start();
        MeshClient mesh = client(one, two)
            .loadBalancer(pick -> pick.candidates().get(0))
            .interceptAttempts(endsTo(ends))
            .hedge(READ, tied)
            .build()) {
      awaitUp(mesh, 2);
      mesh.call(READ, "so that it is known to announce", DEFAULT);
      var slow = mesh.callAsync(READ, "wait", DEFAULT.withHedge(HedgePolicy.OFF));
      await().until(() -> runs.get() == 2);
      var tiedCall = mesh.callAsync(READ, "wait", DEFAULT);
      await().until(() -> ends.stream().anyMatch(end -> end.execution() == NOT_EXECUTED));

      assertThat(ends.get(1).endpoint()).isEqualTo(one.endpoint());
      assertThat(ends.get(1).hedge()).isFalse();
      assertThat(runs).hasValue(3);
      free.countDown();
      assertThat(tiedCall.join()).isEqualTo("wait");
      assertThat(slow.join()).isEqualTo("wait");
      assertThat(runs).hasValue(3);
    }
  }

  private static AttemptInterceptor endsTo(List<AttemptTrace> ends) {
    return new AttemptInterceptor() {
      @Override
      public void onEnd(AttemptTrace trace) {
        ends.add(trace);
      }
    };
  }

  private static void awaitUp(MeshClient mesh, int count) {
    await()
        .until(() -> mesh.peers().stream()
                .filter(peer -> peer.state() == PeerState.UP || peer.state() == PeerState.WARMING)
                .filter(peer -> peer.load().workers() > 0)
                .count()
            == count);
  }
}
