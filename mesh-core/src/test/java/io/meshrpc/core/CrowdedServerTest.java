package io.meshrpc.core;

import static io.meshrpc.core.ServerBench.MS;
import static io.meshrpc.core.ServerBench.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.core.ServerBench.Sent;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Welcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One client, or one connection, may take all that there is as long as nobody else asks for it. */
class CrowdedServerTest {
  @Test
  void whoHasGoneMakesRoomForWhoComes() {
    ServerBench bench = new ServerBench(new Limits().clientsMax(2).build());
    Client ann = bench.client();
    Client bob = bench.client();
    bench.disconnect(ann);

    Client cid = bench.client();

    assertThat(cid.session).isNotZero();
    assertThat(bench.refusalsTo(bench.client())).containsExactly(Refusal.Reason.TOO_MANY_CLIENTS);
    assertThat(bob.session).isNotZero();
  }

  @Test
  void whoHasGoneAndHasWorkStaysKnown() {
    ServerBench bench = new ServerBench(new Limits().clientsMax(1).build());
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.disconnect(ann);

    assertThat(bench.client().session).isZero();
    bench.finishAll();
    assertThat(bench.client().session).isNotZero();
  }

  @Test
  void whoWasForgottenForAnotherMayNotHaveACallRunTwice() {
    ServerBench bench = new ServerBench(new Limits().clientsMax(1).build());
    Client ann = bench.client();
    bench.request(ann, 7);
    bench.finishAll();
    bench.disconnect(ann);
    Client bob = bench.client();
    bench.disconnect(bob);
    bench.connect(ann);
    bench.forget();

    bench.send(ann, ask(7).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("7 UNKNOWN FORGOTTEN");
    assertThat(bench.started).isEmpty();
  }

  @Test
  void oneConnectionWithEverNewNodeIdsTakesOnePlaceAtATime() {
    ServerBench bench = new ServerBench(new Limits().clientsMax(3).build());
    Client ann = bench.client();
    Client mallory = bench.client();
    for (int i = 0; i < 100; i++) {
      Client next = new Client(new NodeId(66, i));
      next.route = mallory.route;
      bench.hello(next);
      bench.send(next, new Cancel(1, 1, true)); // so that there is something to remember
    }

    assertThat(bench.client().session).isNotZero();
    assertThat(bench.engine.clients()).hasSize(3).extracting(c -> c.nodeId).contains(ann.id);
  }

  @Test
  void allTogetherRememberNoMoreThanAHundredAndTwentyEightMay() {
    int clients = 300;
    ServerBench bench = new ServerBench(
        new Limits().clientsMax(clients).rememberedBytesMax(1000).build());
    for (int i = 0; i < clients; i++) {
      Client client = bench.client();
      for (int seq = 1; seq <= 20; seq++) {
        bench.revoke(client, seq);
      }
    }
    bench.pass(1000 * MS);

    long sum = 0;
    for (ClientSession client : bench.engine.clients()) {
      sum += client.recent.bytes();
    }
    assertThat(sum).isPositive().isLessThanOrEqualTo(128 * 1000);
  }

  @ParameterizedTest
  @CsvSource({"128, 128", "129, 128"})
  void allMayRememberAsMuchAsAHundredAndTwentyEightMay(int clients, int clientsWithAll) {
    ServerBench bench = new ServerBench(new Limits().rememberedBytesMax(640).build());
    for (int i = 0; i < clients; i++) {
      Client client = bench.client();
      for (int seq = 1; seq <= 10; seq++) {
        bench.revoke(client, seq); // a note of 64 bytes
      }
    }
    bench.pass(1000 * MS);

    assertThat(bench.engine.clients())
        .filteredOn(client -> client.recent.bytes() == 640)
        .hasSize(clientsWithAll);
  }

  @Test
  void whoMayRememberAllForgetsNothing() {
    ServerBench bench =
        new ServerBench(new Limits().rememberedBytesMax(Long.MAX_VALUE).build());
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.finishAll();
    bench.pass(1000 * MS);
    bench.forget();

    bench.send(ann, ask(1).attempt(2).repeat().build());

    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
  }

  @Test
  void aNameHasAtMost255Bytes() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.newcomer();
    bench.batch(1, 0, 0, new Hello(ann.id, 1, 1, 1, 0, "n".repeat(255), 0));
    bench.batch(2, 0, 0, new Hello(new NodeId(3, 3), 1, 1, 1, 0, "\u00fc".repeat(128), 0));

    assertThat(bench.sentTo(1)).extracting(Sent::packet).hasOnlyElementsOfType(Welcome.class);
    assertThat(bench.sentTo(2))
        .extracting(sent -> ((Refusal) sent.packet()).text())
        .containsExactly("name: 256 bytes (expected: <= 255)");
  }

  @Test
  void whoFillsTheQueueGivesWayToWhoHasLittleThere() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(4).build());
    Client greedy = bench.client();
    Client ann = bench.client();
    bench.request(greedy, 1, 2, 3, 4, 5);

    bench.request(ann, 1);

    assertThat(bench.answersTo(greedy)).containsExactly("5 NOT_EXECUTED QUEUE_FULL");
    assertThat(bench.answersTo(ann)).isEmpty();
    assertThat(bench.queued()).isEqualTo(4);
    bench.request(ann, 2); // it would have two of four: no more than the other's three, halved
    assertThat(bench.answersTo(ann)).containsExactly("2 NOT_EXECUTED QUEUE_FULL");
  }

  @Test
  void whoComesTooLateAnywayTakesNobodysPlace() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(4).build());
    Client greedy = bench.client();
    Client ann = bench.client();
    bench.teach(greedy, 1, ServerBench.PAY, 10 * MS);
    bench.request(greedy, 2, 3, 4, 5, 6);

    bench.send(ann, ask(1).leftMs(1).build());

    assertThat(bench.answersTo(ann)).containsExactly("1 NOT_EXECUTED QUEUE_FULL");
    assertThat(bench.answersTo(greedy)).isEmpty();
    assertThat(bench.queued()).isEqualTo(4);
  }

  @Test
  void soDoesWhoFillsItWithBytes() {
    ServerBench bench = new ServerBench(new Limits().queueBytesMax(1000).build());
    Client greedy = bench.client();
    Client ann = bench.client();
    bench.request(greedy, 1);
    bench.send(greedy, ask(2).bytes(600).build(), ask(3).bytes(350).build());

    bench.send(ann, ask(1).bytes(100).build());

    assertThat(bench.answersTo(greedy)).containsExactly("3 NOT_EXECUTED QUEUE_FULL");
    assertThat(bench.answersTo(ann)).isEmpty();
  }

  @Test
  void equalsDoNotDisplaceEachOther() {
    ServerBench bench = new ServerBench(new Limits().queueCountMax(4).build());
    Client ann = bench.client();
    Client bob = bench.client();
    bench.request(ann, 1, 2, 3);
    bench.request(bob, 1, 2);

    bench.request(ann, 4);
    bench.request(bob, 3);

    assertThat(bench.answersTo(ann)).containsExactly("4 NOT_EXECUTED QUEUE_FULL");
    assertThat(bench.answersTo(bob)).containsExactly("3 NOT_EXECUTED QUEUE_FULL");
  }
}
