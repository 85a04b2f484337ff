package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Metadata;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When waiting counts as an overload, and what is too old then. Target 5 ms, interval 100 ms. */
class CoDelTest {
  private static final long MS = 1_000_000L;

  private final CoDel codel = new CoDel(5 * MS, 100 * MS);

  /** Waits seen at 0, 30, 60, 90 ms of the first interval; the last column is said at 100 ms. */
  @ParameterizedTest
  @CsvSource({
    "1, 6, 6, 6, 6, true",
    "1, 5, 6, 6, 6, false", // at the target is not beyond it
    "1, 50, 90, 2, 50, false", // it was short once: a burst
    "1, 50, 0, 90, 50, false", // it was empty once
    "1, 500, 500, 500, 0, false", // so it was at the end
    "20, 19, 19, 19, 19, false", // behind work of 20 ms, waiting for 19 ms is usual
    "20, 21, 21, 21, 21, true",
    "5000, 900, 900, 900, 900, false",
    "0, 900, 900, 900, 900, false" // nobody knows yet what is usual
  })
  void isOverloadedIfTheOldestHasWaitedTooLongForAWholeInterval(
      int workMs, int first, int second, int third, int fourth, boolean overloaded) {
    int[] waits = {first, second, third, fourth};
    for (int i = 0; i < waits.length; i++) {
      codel.observe(waits[i] * MS, workMs * MS, 30 * i * MS);
    }
    assertThat(codel.isOverloaded()).as("before the interval is over").isFalse();

    codel.observe(900 * MS, workMs * MS, 100 * MS);

    assertThat(codel.isOverloaded()).isEqualTo(overloaded);
  }

  @Test
  void theOverloadIsOverAfterAnIntervalInWhichTheQueueWasShortOnce() {
    overload();

    codel.observe(0, MS, 150 * MS);
    assertThat(codel.isOverloaded()).isTrue();

    codel.observe(9 * MS, MS, 200 * MS);
    assertThat(codel.isOverloaded()).isFalse();
  }

  @Test
  void withoutATargetNothingIsAnOverload() {
    CoDel off = new CoDel(0, 100 * MS);

    off.observe(900 * MS, MS, 0);
    off.observe(900 * MS, MS, 100 * MS);

    assertThat(off.isOverloaded()).isFalse();
  }

  /** In an overload with usual work of 1 ms, and so a target of 5 ms. */
  @ParameterizedTest
  @CsvSource({
    "10, 20, 1, 0, false", // at twice the target
    "11, 20, 1, 0, true",
    "10, 41, 1, 0, false", // at a quarter of its time
    "11, 41, 1, 0, true",
    "2500, 10000, 1, 0, false", // it was given ten seconds
    "2501, 10000, 1, 0, true",
    "200, 20, 1, 100, false", // of a method that takes 100 ms
    "201, 20, 1, 100, true",
    "5, 20, 2, 0, false", // a retry
    "6, 20, 2, 0, true",
    "1250, 10000, 3, 0, false",
    "1251, 10000, 3, 0, true"
  })
  void whatIsStale(int waitMs, int givenMs, int attempt, int methodMs, boolean stale) {
    ServerCall call = call(attempt, givenMs);
    call.expect(methodMs * MS);
    assertThat(codel.isStale(call, 10_000 * MS)).as("without an overload").isFalse();

    overload();

    assertThat(codel.isStale(call, waitMs * MS)).isEqualTo(stale);
  }

  private void overload() {
    codel.observe(9 * MS, MS, 0);
    codel.observe(9 * MS, MS, 100 * MS);
    assertThat(codel.isOverloaded()).isTrue();
  }

  private static ServerCall call(int attempt, int givenMs) {
    ClientSession client =
        new ClientSession(new NodeId(1, 1), PeerIdentity.NONE, ServerLimits.DEFAULTS, 0);
    Request request = new Request(
        1, 1, attempt, givenMs * 1000L, Priority.NORMAL, true, false, Metadata.EMPTY, new byte[0]);
    return new ServerCall(client, new MethodStats(ClientBench.READ), request, 0);
  }
}
