package io.meshrpc.core;

import static io.meshrpc.core.ServerBench.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.wire.Cancel;
import org.junit.jupiter.api.Test;

/** A Cancel that is faster than its Request. */
class TakenBackEarlyTest {
  private final ServerBench bench = ServerBench.withWorkers(1);
  private final Client ann = bench.client();

  @Test
  void whatWasTakenBackBeforeItCameDoesNotRun() {
    bench.send(ann, new Cancel(5, 2, true));

    bench.send(ann, ask(5).attempt(1).build(), ask(5).attempt(2).build());

    assertThat(bench.cancelledTo(ann)).containsExactly("5 NOT_STARTED");
    assertThat(bench.answersTo(ann))
        .containsExactly("5 NOT_EXECUTED REVOKED", "5 NOT_EXECUTED REVOKED");
    assertThat(bench.startedSeqs()).isEmpty();
  }

  @Test
  void aCancelOfAnEarlierAttemptDoesNotAllowTheLaterOneAgain() {
    bench.send(ann, new Cancel(5, 2, true), new Cancel(5, 1, true));

    bench.send(ann, ask(5).attempt(2).build());

    assertThat(bench.answersTo(ann)).containsExactly("5 NOT_EXECUTED REVOKED");
    assertThat(bench.startedSeqs()).isEmpty();
  }

  @Test
  void aLaterAttemptRuns() {
    bench.send(ann, new Cancel(5, 2, true));

    bench.send(ann, ask(5).attempt(3).build());

    assertThat(bench.startedSeqs()).containsExactly(5L);
  }

  @Test
  void aLaterAttemptThatRanDoesNotRunAgainThoughItsAnswerIsTooLargeToRemember() {
    ServerBench small = new ServerBench(new Limits().rememberedBytesMax(1000).build());
    Client bob = small.client();
    small.send(bob, new Cancel(5, 1, true));
    small.send(bob, ask(5).attempt(2).build());
    small.finish(small.running.get(0), Code.OK, new byte[1000]);
    small.forget();

    small.send(
        bob, ask(5).attempt(3).repeat().build(), ask(5).attempt(1).repeat().build());
    small.send(bob, new Cancel(5, 3, true));

    assertThat(small.startedSeqs()).isEmpty();
    assertThat(small.answersTo(bob)).containsExactly("5 UNKNOWN FORGOTTEN", "5 UNKNOWN FORGOTTEN");
    assertThat(small.cancelledTo(bob)).containsExactly("5 FORGOTTEN");
  }
}
