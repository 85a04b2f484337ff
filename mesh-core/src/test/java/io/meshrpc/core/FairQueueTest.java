package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Metadata;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients of one priority share the workers' time, not the number of calls. */
class FairQueueTest {
  private static final long MS = 1_000_000L;

  private final RequestQueue queue = new RequestQueue(ServerLimits.DEFAULTS);
  private final ClientSession ann = client(1);
  private final ClientSession bob = client(2);
  private long lastSeq;

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 2", "1, 10", "10, 1", "1, 300", "7, 3", "1000, 1"})
  void twoClientsWithCheapAndDearCallsGetTheSameTime(int annMs, int bobMs) {
    int dearest = Math.max(annMs, bobMs);
    addFor(20L * dearest, ann, annMs);
    addFor(20L * dearest, bob, bobMs);

    long annTookMs = 0;
    long bobTookMs = 0;
    while (annTookMs + bobTookMs < 20L * dearest) { // both have work all the time
      ServerCall call = next();
      annTookMs += call.client == ann ? annMs : 0;
      bobTookMs += call.client == bob ? bobMs : 0;
      assertThat(Math.abs(annTookMs - bobTookMs))
          .as("after %d and %d ms", annTookMs, bobTookMs)
          .isLessThanOrEqualTo(2L * dearest);
    }
  }

  @Test
  void aThirdOfTheTimeIsEnoughForAThirdClient() {
    ClientSession eve = client(3);
    addFor(600, ann, 1);
    addFor(600, bob, 20);
    addFor(600, eve, 5);

    long[] tookMs = new long[4];
    for (long sumMs = 0; sumMs < 600; ) {
      ServerCall call = next();
      tookMs[(int) call.client.nodeId.low()] += call.expectedNs() / MS;
      sumMs += call.expectedNs() / MS;
    }

    assertThat(tookMs[1]).isBetween(170L, 230L);
    assertThat(tookMs[2]).isBetween(170L, 230L);
    assertThat(tookMs[3]).isBetween(170L, 230L);
  }

  @Test
  void whoHadNoWorkGoesBeforeWhoAlwaysHas() {
    addFor(100, ann, 1);
    next();
    addFor(1, bob, 1);

    assertThat(next().client).isSameAs(bob);
    assertThat(next().client).isSameAs(ann);
  }

  @Test
  void oneCallAtATimeDoesNotWinForEver() {
    addFor(1000, ann, 10);
    long annTookMs = 0;
    long bobTookMs = 0;
    for (int i = 0; i < 60; i++) {
      if (queue.oldestLike(call(bob, 10)) == null) {
        queue.add(call(bob, 10)); // as soon as the last one has left
      }
      ServerCall call = next();
      annTookMs += call.client == ann ? 10 : 0;
      bobTookMs += call.client == bob ? 10 : 0;
    }

    assertThat(annTookMs).isBetween(280L, 320L);
    assertThat(bobTookMs).isBetween(280L, 320L);
  }

  @Test
  void dearCallsOneAtATimeArePaidForAfterwards() {
    addFor(1000, ann, 1);
    long annTookMs = 0;
    int bobs = 0;
    while (annTookMs < 300) {
      if (queue.oldestLike(call(bob, 50)) == null) {
        queue.add(call(bob, 50));
      }
      ServerCall call = next();
      annTookMs += call.client == ann ? 1 : 0;
      bobs += call.client == bob ? 1 : 0;
    }

    assertThat(bobs).isBetween(4, 8); // 300 ms for 300 ms
  }

  @Test
  void callsOfWhichNothingIsKnownCountAsUsualOnes() {
    MethodStats unknown = new MethodStats(ClientBench.READ);
    for (int i = 0; i < 3; i++) {
      queue.add(call(ann, unknown));
      queue.add(call(bob, unknown));
    }
    List<ClientSession> order = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      order.add(next().client);
    }

    assertThat(order).containsExactly(ann, bob, ann, bob, ann, bob);
  }

  private ServerCall next() {
    return Objects.requireNonNull(queue.poll());
  }

  private void addFor(long sumMs, ClientSession client, int eachMs) {
    for (long ms = 0; ms < sumMs; ms += eachMs) {
      queue.add(call(client, eachMs));
    }
  }

  private ServerCall call(ClientSession client, int tookMs) {
    MethodStats stats = new MethodStats(ClientBench.READ);
    stats.onSuccess(tookMs * MS, 0);
    return call(client, stats);
  }

  private ServerCall call(ClientSession client, MethodStats stats) {
    Request request = new Request(
        ++lastSeq, 1, 1, 10_000_000, Priority.NORMAL, true, false, Metadata.EMPTY, new byte[0]);
    return new ServerCall(client, stats, request, 0);
  }

  private static ClientSession client(long number) {
    return new ClientSession(new NodeId(1, number), PeerIdentity.NONE, ServerLimits.DEFAULTS, 0);
  }
}
