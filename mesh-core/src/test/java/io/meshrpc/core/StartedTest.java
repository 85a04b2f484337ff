package io.meshrpc.core;

import static io.meshrpc.core.ServerBench.SECOND;
import static io.meshrpc.core.ServerBench.ask;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.core.ServerBench.Client;
import io.meshrpc.wire.Started;
import org.junit.jupiter.api.Test;

/** A server says that it starts a call to those who ask, and never of one that it does not start. */
class StartedTest {
  private final ServerBench bench = ServerBench.withWorkers(1);
  private final Client ann = bench.client();

  @Test
  void isSaidWhenTheHandlerStarts() {
    bench.send(ann, ask(1).announceStart().build());

    assertThat(started()).containsExactly(new Started(1, 1));
  }

  @Test
  void isNotSaidUnasked() {
    bench.send(ann, ask(1).build());
    bench.finishAll();

    assertThat(started()).isEmpty();
  }

  @Test
  void isNotSaidWhileTheCallIsQueued() {
    bench.request(ann, 1);
    bench.send(ann, ask(2).announceStart().build());
    assertThat(started()).isEmpty();
    bench.finishFirst(1);

    assertThat(started()).containsExactly(new Started(2, 1));
  }

  @Test
  void isNeverSaidOfACallThatIsTakenBackOrExpires() {
    bench.request(ann, 1);
    bench.send(
        ann, ask(2).announceStart().build(), ask(3).leftMs(10).announceStart().build());
    bench.revoke(ann, 2);
    bench.pass(SECOND);
    bench.finishAll();

    assertThat(started()).isEmpty();
  }

  @Test
  void aDuplicateOfRunningWorkIsToldAtOnce() {
    bench.send(ann, ask(1).build());
    bench.send(ann, ask(1).attempt(2).repeat().announceStart().build());

    assertThat(started()).containsExactly(new Started(1, 2));
  }

  @Test
  void aDuplicateOfQueuedWorkIsToldWhenItStarts() {
    bench.request(ann, 1, 2);
    bench.send(ann, ask(2).attempt(2).repeat().announceStart().build());
    assertThat(started()).isEmpty();
    bench.finishFirst(1);

    assertThat(started()).containsExactly(new Started(2, 2));
  }

  @Test
  void aDuplicateOfEndedWorkGetsItsAnswerOnly() {
    bench.send(ann, ask(1).build());
    bench.finishAll();
    bench.send(ann, ask(1).attempt(2).repeat().announceStart().build());

    assertThat(started()).isEmpty();
    assertThat(bench.answersTo(ann)).hasSize(2);
  }

  private java.util.List<Started> started() {
    return bench.packetsTo(ann, Started.class);
  }
}
