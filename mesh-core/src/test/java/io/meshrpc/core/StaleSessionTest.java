package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.PAY;
import static io.meshrpc.core.ClientBench.READ;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server may say STALE_SESSION of a request, and nothing else: that is enough for a new session. */
class StaleSessionTest {
  private final ClientBench bench = new ClientBench();
  private final FakeServer server = bench.up("tcp://a:1");

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theClientSaysHelloAndSendsTheRequestAgainUnderTheNewSession(boolean idempotent) {
    bench.call(idempotent ? READ : PAY);
    Request first = server.lastRequest();
    server.got.clear();

    stale(first);

    assertThat(server.all(Hello.class)).hasSize(1);
    assertThat(server.requests()).isEmpty();
    server.welcome(Duration.ofHours(1), false);
    assertThat(server.requests()).hasSize(1);
    assertThat(server.lastRequest().seq()).isEqualTo(first.seq());
    assertThat(server.lastRequest().repeat()).isFalse();
  }

  @Test
  void aSecondRefusalWithin500MsIsAnsweredWithHelloOnlyAfterThem() {
    stale(bench.call(READ));
    server.welcome(Duration.ofHours(1), false);
    server.got.clear();

    stale(bench.call(READ));

    assertThat(server.all(Hello.class)).isEmpty();
    bench.advanceMs(499);
    assertThat(server.all(Hello.class)).isEmpty();
    bench.advanceMs(2);
    assertThat(server.all(Hello.class)).hasSize(1);
  }

  @Test
  void aLateOneForAnEarlierSessionLeavesTheNewSessionAlone() {
    bench.call(PAY);
    Request first = server.lastRequest();
    server.lose();
    server.accept();
    server.got.clear();

    stale(first);

    assertThat(server.all(Hello.class)).isEmpty();
  }

  private void stale(ClientCall call) {
    assertThat(call.attempts()).isNotEmpty();
    stale(server.lastRequest());
  }

  private void stale(Request request) {
    server.session = 0;
    server.answer(request, Execution.NOT_EXECUTED, Code.UNAVAILABLE, Reason.STALE_SESSION, 0);
  }

  @Test
  void aCopyThatWasNotLetInSaysNothingOfTheOneThatMayHaveRun() {
    ClientCall call = bench.call(PAY);
    server.lose();
    server.accept();
    assertThat(server.lastRequest().repeat()).isTrue();
    stale(server.lastRequest());
    assertThat(server.requests()).hasSize(2);
    server.welcome(Duration.ofHours(1), false);

    assertThat(server.requests()).hasSize(3);
    assertThat(server.lastRequest().repeat()).isTrue();
    bench.advance(Duration.ofSeconds(10));
    assertThat(call.failure().execution()).isEqualTo(Execution.UNKNOWN);
  }
}
