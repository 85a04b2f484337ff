package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.wire.Goaway;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.MethodEntry;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.ServiceEntry;
import io.meshrpc.wire.Welcome;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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

  @Test
  void anAnswerThatIsSaidAgainCountsOnce() {
    FakeServer server = bench.up("tcp://a:1");
    bench.up("tcp://b:1");
    RetryPolicy again = ClientBench.RETRY.withRetryableCodes(Set.of(Code.INTERNAL));
    bench.call(ClientBench.READ, again);
    for (int i = 0; i < 5; i++) {
      server.fail(server.requests().get(0), Code.INTERNAL);
    }

    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
  }

  @Test
  void aRequestThatStillLeavesNamesSomeTime() {
    FakeServer server = bench.up("tcp://a:1");
    bench.call(ClientBench.READ, ClientBench.RETRY, CallOptions.DEFAULT, Duration.ofNanos(500));

    assertThat(server.lastRequest().timeLeftUs()).as("0 would be malformed").isEqualTo(1);
  }

  @Test
  void aWelcomeThatIsSaidAgainChangesNothing() {
    // as to a Hello that was repeated because the answer to the first was slow
    FakeServer server = bench.connect("tcp://a:1").accept(Duration.ZERO);
    bench.advanceMs(1000);
    double weight = bench.view(server).weight();
    welcomeAgain(server, false);
    assertThat(bench.moves(server)).containsExactly("CONNECTING>WARMING");
    assertThat(bench.view(server).weight()).isEqualTo(weight);

    bench.advanceMs(9100);
    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
    welcomeAgain(server, true);
    assertThat(bench.state(server)).isEqualTo(PeerState.UP);
  }

  @Test
  void aLoadOfAnotherSessionSaysNothing() {
    FakeServer server = bench.up("tcp://a:1");
    server.busy(1);
    server.say(server.session - 1, new LoadReport(7, 4, 4, 0, 0, 0, 0, 0));

    assertThat(bench.view(server).load().inServer()).isEqualTo(1);
  }

  @Test
  void aWelcomeToAnotherVersionIsARefusal() {
    FakeServer server = bench.connect("tcp://a:1");
    bench.engine.onConnected(server.connection, bench.now);
    server.say(
        0,
        null,
        new Welcome(server.node, server.epoch, 77, 7, 0, "a", List.of(), 500, 500, 0, false));

    assertThat(bench.view(server).state()).isEqualTo(PeerState.DOWN);
    assertThat(bench.view(server).reason()).contains("it speaks version 7 (expected: 1)");
  }

  @Test
  void whoWantsPeaceForWeeksIsGreetedAgainAfterAMinuteOrTwo() {
    FakeServer server = bench.connect("tcp://a:1");
    bench.engine.onConnected(server.connection, bench.now);
    server.refuse(Refusal.Reason.TOO_MANY_CLIENTS, Integer.MAX_VALUE);
    int before = server.all(Hello.class).size();
    bench.advanceMs(59_000);
    assertThat(server.all(Hello.class).size()).isEqualTo(before);
    bench.advanceMs(61_000);

    assertThat(server.all(Hello.class).size()).isGreaterThan(before);
  }

  private static void welcomeAgain(FakeServer server, boolean draining) {
    long session = server.session;
    server.welcome(Duration.ZERO, draining);
    server.session = session;
  }

  @Test
  void aServersWordsAreOneLineInReasonsAndLists() {
    FakeServer server = bench.up("tcp://a:1");
    String words = "no\nSEVERE: forged\u001b[31m" + "x".repeat(1_000_000);
    server.say(new Goaway(words, 1000));
    assertThat(bench.view(server).reason()).startsWith("draining: no SEVERE: forged [31mxx");
    assertThat(bench.view(server).reason()).hasSizeLessThan(400);
    server.say(0, null, new Refusal(Refusal.Reason.NOT_AUTHORIZED, words, 1, 1, 0, server.epoch));

    assertThat(bench.view(server).state()).isEqualTo(PeerState.DOWN);
    assertThat(bench.view(server).reason()).hasSizeLessThan(400).doesNotContain("\n");
    ClientCall call = bench.call(ClientBench.READ);
    bench.advanceMs(11_000);
    assertThat(Objects.requireNonNull(call.failure()).getMessage())
        .contains("refused")
        .hasSizeLessThan(1000)
        .doesNotContain("\n");
  }

  @Test
  void aServersNameIsOneLine() {
    FakeServer server = bench.connect("tcp://a:1");
    bench.engine.onConnected(server.connection, bench.now);
    String name = "shop\n" + "x".repeat(1_000_000);
    server.say(0, null, welcome(server, name, 500, 500));

    assertThat(bench.view(server).name()).startsWith("shop xx").hasSizeLessThan(400);
  }

  @Test
  void aServerThatSaysItHasMoreThanCanBeCountedIsNotIdle() {
    FakeServer server = bench.up("tcp://a:1");
    int most = Integer.MAX_VALUE;
    server.say(server.session, new LoadReport(most, most, most, most, 1, 1, most, 1));

    assertThat(bench.view(server).load().inServer()).isEqualTo(most);
  }

  @Test
  void aWelcomeThatSaysNothingOfLimitsHasTheUsualOnes() {
    FakeServer server = bench.connect("tcp://a:1");
    bench.engine.onConnected(server.connection, bench.now);
    server.say(0, null, welcome(server, "", 0, 0));
    CallOptions options = CallOptions.DEFAULT.withMetadata(Metadata.of("k", "v"));
    ClientCall call = bench.call(ClientBench.READ, options);

    assertThat(call.failure()).isNull();
    assertThat(server.requests()).hasSize(1);
  }

  private static Welcome welcome(
      FakeServer server, String name, long requestBytesMax, long metadataBytesMax) {
    MethodEntry read = new MethodEntry("Read", 1);
    return new Welcome(
        server.node,
        server.epoch,
        server.session = 77,
        1,
        0,
        name,
        List.of(new ServiceEntry("bench.Bank", List.of(read))),
        requestBytesMax,
        metadataBytesMax,
        0,
        false);
  }
}
