package io.meshrpc.core;

import static io.meshrpc.core.ServerBench.MS;
import static io.meshrpc.core.ServerBench.SECOND;
import static io.meshrpc.core.ServerBench.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.wire.Goaway;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Pong;
import io.meshrpc.wire.Probe;
import io.meshrpc.wire.ProbeReply;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.Welcome;
import org.junit.jupiter.api.Test;

/** How a server ends. */
class DrainTest {
  @Test
  void saysGoawayToAllClientsThatAreThere() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    Client bob = bench.client();
    Client gone = bench.client();
    bench.disconnect(gone);

    bench.engine.drain("new version", 7 * SECOND, bench.now);

    Goaway goaway = new Goaway("new version", 7000);
    assertThat(bench.packetsTo(ann, Goaway.class)).containsExactly(goaway);
    assertThat(bench.packetsTo(bob, Goaway.class)).containsExactly(goaway);
    assertThat(bench.packetsTo(gone, Goaway.class)).isEmpty();
    assertThat(bench.sentTo(ann.route))
        .last()
        .satisfies(sent -> assertThat(sent.session()).isEqualTo(ann.session));
  }

  @Test
  void handsQueuedWorkBackAndLetsRunningWorkEnd() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1, 2);
    bench.send(ann, ask(3).attempt(4).build());

    bench.engine.drain("", 10 * SECOND, bench.now);

    assertThat(bench.answersTo(ann))
        .containsExactly("2 NOT_EXECUTED DRAINING", "3 NOT_EXECUTED DRAINING");
    Response last = bench.packetsTo(ann, Response.class).get(1);
    assertThat(last.code()).isSameAs(Code.UNAVAILABLE);
    assertThat(last.attempt()).isEqualTo(4);
    assertThat(bench.queued()).isZero();
    assertThat(bench.told).isEmpty();

    bench.finishFirst(SECOND);
    assertThat(bench.answersTo(ann)).hasSize(3).contains("1 EXECUTED HANDLER");
    assertThat(bench.startedSeqs()).containsExactly(1L);
  }

  @Test
  void startsNothingNew() {
    ServerBench bench = ServerBench.withWorkers(4);
    Client ann = bench.client();
    bench.engine.drain("", SECOND, bench.now);

    bench.request(ann, 1);
    bench.send(ann, ask(2).idempotent().build());

    assertThat(bench.started).isEmpty();
    assertThat(bench.answersTo(ann))
        .containsExactly("1 NOT_EXECUTED DRAINING", "2 NOT_EXECUTED DRAINING");
  }

  @Test
  void keepsAnsweringPingProbeAndHello() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.engine.drain("", SECOND, bench.now);

    bench.send(ann, new Ping(8), new Probe(9, 1));
    Client bob = bench.client();
    bench.request(bob, 1);

    assertThat(bench.packetsTo(ann, Pong.class)).containsExactly(new Pong(8));
    assertThat(bench.packetsTo(ann, ProbeReply.class)).containsExactly(new ProbeReply(9, 1, 0));
    assertThat(bench.packetsTo(bob, Welcome.class))
        .singleElement()
        .satisfies(welcome -> assertThat(welcome.draining()).isTrue());
    assertThat(bench.packetsTo(bob, Goaway.class)).isEmpty(); // the Welcome has said it
    assertThat(bench.answersTo(bob)).containsExactly("1 NOT_EXECUTED DRAINING");
  }

  @Test
  void attachesToWhatStillRuns() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.engine.drain("", 10 * SECOND, bench.now);
    bench.disconnect(ann);
    bench.connect(ann);

    bench.send(ann, ask(1).attempt(2).repeat().build());
    bench.finishAll();

    assertThat(bench.answersTo(ann)).containsExactly("1 EXECUTED HANDLER");
  }

  @Test
  void isDoneAtOnceIfNothingRuns() {
    ServerBench bench = ServerBench.withWorkers(1);
    assertThat(bench.engine.drained(bench.now)).isFalse();

    bench.engine.drain("", 10 * SECOND, bench.now);

    assertThat(bench.engine.drained(bench.now)).isTrue();
  }

  @Test
  void isDoneWhenTheLastHandlerEnds() {
    ServerBench bench = ServerBench.withWorkers(2);
    Client ann = bench.client();
    bench.request(ann, 1, 2);
    bench.engine.drain("", 10 * SECOND, bench.now);

    bench.finishFirst(MS);
    assertThat(bench.engine.drained(bench.now)).isFalse();
    bench.finishFirst(MS);
    assertThat(bench.engine.drained(bench.now)).isTrue();
  }

  @Test
  void isDoneWhenTheGraceHasPassedAndNotBefore() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.send(ann, ask(1).leftMs(60_000).build());
    bench.pass(300 * MS);

    bench.engine.drain("", 200 * MS, bench.now);

    assertThat(bench.engine.nextTick()).isEqualTo(500 * MS);
    assertThat(bench.engine.drained(500 * MS - 1)).isFalse();
    assertThat(bench.engine.drained(500 * MS)).isTrue();
  }

  @Test
  void aSecondDrainSaysNothingAndCanOnlyShortenTheGrace() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.engine.drain("", 10 * SECOND, bench.now);
    bench.forget();

    bench.engine.drain("", 20 * SECOND, bench.now);
    assertThat(bench.engine.drained(10 * SECOND)).isTrue();
    bench.engine.drain("", SECOND, bench.now);

    assertThat(bench.engine.drained(SECOND - 1)).isFalse();
    assertThat(bench.engine.drained(SECOND)).isTrue();
    assertThat(bench.sent).isEmpty();
  }

  @Test
  void takesAGraceBeyondAllTime() {
    ServerBench bench = ServerBench.withWorkers(1);
    Client ann = bench.client();
    bench.request(ann, 1);
    bench.pass(SECOND);

    bench.engine.drain("", Long.MAX_VALUE, bench.now);

    assertThat(bench.engine.drained(bench.now + SECOND)).isFalse();
    assertThat(bench.packetsTo(ann, Goaway.class).get(0).graceMs()).isEqualTo(Integer.MAX_VALUE);
  }
}
