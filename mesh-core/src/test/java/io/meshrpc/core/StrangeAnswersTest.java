package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.wire.Reason;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing that a server says may stop a client's loop. */
class StrangeAnswersTest {
  private final ClientBench bench = new ClientBench();

  @ParameterizedTest
  @EnumSource(
      value = Execution.class,
      names = {"NOT_EXECUTED", "UNKNOWN"})
  void anOkForWorkThatIsNotDoneIsAFailure(Execution execution) {
    // simulator, seed 2660: the loop stopped with "status: OK (expected: the status of a failure)"
    FakeServer server = bench.up("tcp://a:1");
    ClientCall call = bench.call(ClientBench.PAY);
    server.answer(server.lastRequest(), execution, Code.OK, Reason.TOO_LARGE, 0);

    assertThat(bench.completed).containsExactly(call);
    assertThat(Objects.requireNonNull(call.failure()).code()).isEqualTo(Code.UNKNOWN);
    assertThat(call.failure().execution()).isEqualTo(execution);
    assertThat(call.failure().status().text()).isEqualTo("the server says OK and " + execution);
  }

  @Test
  void aConnectionThatComesAboutTwiceHasEndedInBetween() {
    // fuzzer: the loop stopped with "WARMING cannot become WARMING"
    FakeServer server = bench.up("tcp://a:1");
    ClientCall call = bench.call(ClientBench.READ);
    server.accept();

    assertThat(bench.moves(server)).endsWith("UP>SUSPECT", "SUSPECT>WARMING");
    assertThat(call.isDone()).isFalse();
  }
}
