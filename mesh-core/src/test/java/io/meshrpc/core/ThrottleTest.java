package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadBalancer.Outcome;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.Reason;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that sends less to those that refuse most of it. */
class ThrottleTest {
  private static final long SECOND = 1_000_000_000L;
  private static final ClientCall CALL = call(CallOptions.DEFAULT);

  private final SplittableRandom random = new SplittableRandom(7);
  private final Throttle throttle = new Throttle(2, random);

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "100, 0, 0",
    "50, 50, 0", // up to twice as many as are accepted
    "49, 51, 0.0198", // (100 - 98) / 101
    "25, 75, 0.495", // (100 - 50) / 101
    "10, 90, 0.792",
    "0, 100, 0.9", // one in ten is to see whether it is over
    "0, 9, 0", // too few to judge by
    "0, 10, 0.9",
    "3, 7, 0.3636"
  })
  void rejectsTheShareThatServersWouldRefuse(int accepted, int refused, double share) {
    answer(CALL, Outcome.SUCCESS, accepted, 0);
    answer(CALL, Outcome.REFUSED, refused, 0);

    assertThat(throttle.rejectShare(CALL, 0)).isCloseTo(share, within(0.0001));
    long rejected = IntStream.range(0, 2000)
        .filter(i -> again(accepted, refused).rejects(CALL, 0))
        .count();
    assertThat(rejected / 2000.0).isCloseTo(share, within(0.05));
  }

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void onlyRefusalsForWantOfRoomCountAgainstAServer(Outcome outcome) {
    answer(CALL, outcome, 100, 0);

    boolean refused = outcome == Outcome.REFUSED;
    assertThat(throttle.rejectShare(CALL, 0)).isEqualTo(refused ? 0.9 : 0);
    assertThat(throttle.isRefusedEverywhere(CALL)).isEqualTo(refused);
  }

  @Test
  void whatItRejectsCountsAsRefused() {
    answer(CALL, Outcome.SUCCESS, 50, 0);
    answer(CALL, Outcome.REFUSED, 60, 0);
    double before = throttle.rejectShare(CALL, 0);

    long rejected =
        IntStream.range(0, 200).filter(i -> throttle.rejects(CALL, 0)).count();

    assertThat(rejected).isPositive();
    assertThat(throttle.rejectShare(CALL, 0)).isGreaterThan(before);
  }

  @Test
  void forgetsWhatIsThirtySecondsOld() {
    answer(CALL, Outcome.REFUSED, 100, 5 * SECOND);

    assertThat(throttle.rejectShare(CALL, 34 * SECOND)).isEqualTo(0.9);
    assertThat(throttle.rejectShare(CALL, 35 * SECOND)).isZero();
    assertThat(throttle.rejectShare(CALL, 3600 * SECOND)).isZero();
  }

  @Test
  void aSilentHourIsForgottenToo() {
    answer(CALL, Outcome.SUCCESS, 100, -40 * SECOND);
    answer(CALL, Outcome.REFUSED, 100, 3600 * SECOND);

    assertThat(throttle.rejectShare(CALL, 3600 * SECOND)).isEqualTo(0.9);
  }

  @Test
  void servicesAndPrioritiesAreJudgedEachForItself() {
    answer(CALL, Outcome.REFUSED, 100, 0);
    MethodDescriptor<byte[], byte[]> other = new MethodDescriptor<>(
        "other.Bank", "Read", ClientBench.READ.idempotency(), ClientBench.raw(), ClientBench.raw());

    ClientCall critical = call(CallOptions.DEFAULT.withPriority(Priority.CRITICAL));
    ClientCall elsewhere =
        new ClientCall(other, new byte[0], CallOptions.DEFAULT, ClientBench.RETRY, 1, "");

    assertThat(throttle.rejectShare(critical, 0)).isZero();
    assertThat(throttle.rejectShare(elsewhere, 0)).isZero();
    assertThat(throttle.rejectShare(CALL, 0)).isEqualTo(0.9);
  }

  @Test
  void offItRejectsNothing() {
    Throttle off = new Throttle(Throttle.OFF, new SplittableRandom(1));
    for (int i = 0; i < 1000; i++) {
      off.onAnswer(CALL, Outcome.REFUSED, 0);
    }

    assertThat(IntStream.range(0, 1000).filter(i -> off.rejects(CALL, 0))).isEmpty();
  }

  @Test
  void aRejectedCallSaysThatItWasNotSentAndWhy() {
    ClientBench bench = new ClientBench(2);
    FakeServer server = bench.up("a");
    for (int i = 0; i < 100; i++) {
      int before = server.requests().size();
      bench.call(ClientBench.READ, ClientBench.RETRY.withMaxAttempts(1));
      if (server.requests().size() > before) {
        server.turnAway(server.lastRequest(), Reason.SHED, 0);
      }
    }
    assertThat(server.requests()).hasSizeBetween(11, 40);

    ClientCall last = bench.completed.stream()
        .filter(call -> call.failure() != null && call.failure().attempts().isEmpty())
        .findFirst()
        .orElseThrow();

    assertThat(last.failure().code()).isSameAs(Code.RESOURCE_EXHAUSTED);
    assertThat(last.failure().execution()).isSameAs(Execution.NOT_SENT);
    assertThat(last.failure()).hasMessageContaining("NORMAL requests to bench.Bank");
    assertThat(bench.engine.inFlight()).isZero();
  }

  @Test
  void aRefusedCallMovesForFreeOnlyWhileMostRequestsAreAccepted() {
    ClientBench bench = new ClientBench();
    FakeServer a = bench.up("a");
    FakeServer b = bench.up("b");
    assertThat(requestsAfterARefusal(bench, a, b)).as("one more at once").isEqualTo(2);

    for (int i = 0; i < 20; i++) {
      bench.call(ClientBench.READ, ClientBench.RETRY.withMaxAttempts(1));
      (i % 2 == 0 ? a : b).turnAway((i % 2 == 0 ? a : b).lastRequest(), Reason.SHED, 0);
    }
    int before = a.requests().size() + b.requests().size();

    assertThat(requestsAfterARefusal(bench, a, b)).as("none at once").isEqualTo(1);
    bench.advanceMs(1000);
    assertThat(a.requests().size() + b.requests().size())
        .as("one within the budget, after a pause")
        .isEqualTo(before + 2);
  }

  /** Of a new call: those until it was refused, and those that follow at once. */
  private static int requestsAfterARefusal(ClientBench bench, FakeServer a, FakeServer b) {
    int before = a.requests().size();
    int all = before + b.requests().size();
    bench.call(ClientBench.READ);
    FakeServer first = a.requests().size() > before ? a : b;
    first.turnAway(first.lastRequest(), Reason.SHED, 0);
    return a.requests().size() + b.requests().size() - all;
  }

  private Throttle again(int accepted, int refused) {
    Throttle fresh = new Throttle(2, random);
    IntStream.range(0, accepted).forEach(i -> fresh.onAnswer(CALL, Outcome.SUCCESS, 0));
    IntStream.range(0, refused).forEach(i -> fresh.onAnswer(CALL, Outcome.REFUSED, 0));
    return fresh;
  }

  private void answer(ClientCall call, Outcome outcome, int times, long nowNs) {
    for (int i = 0; i < times; i++) {
      throttle.onAnswer(call, outcome, nowNs);
    }
  }

  private static ClientCall call(CallOptions options) {
    return new ClientCall(ClientBench.READ, new byte[0], options, ClientBench.RETRY, 1, "");
  }
}
