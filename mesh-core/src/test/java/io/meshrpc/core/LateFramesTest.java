package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.PeerState;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Welcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * News of connections reach a loop before the frames that came earlier, so that frames of a connection
 * may be read after its loss was heard.
 */
class LateFramesTest {
  private final ClientBench bench = new ClientBench();

  @Test
  void aWelcomeReadAfterTheLossOfItsConnectionOpensNoSession() {
    // simulator, seed 108: the loop stopped with "WARMING cannot become WARMING"
    FakeServer server = bench.up("tcp://a:1");
    server.lose();
    bench.engine.onConnected(server.connection, bench.now);
    bench.engine.onDisconnected(server.connection, bench.now);
    server.welcome(Duration.ofHours(1), false);

    assertThat(bench.state(server)).isEqualTo(PeerState.SUSPECT);
    ClientCall call = bench.call(ClientBench.READ);
    assertThat(call.attempts()).as("nowhere to send").isEmpty();

    server.accept();
    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
    assertThat(call.attempts()).hasSize(1);
  }

  @Test
  void aWelcomeReadAfterARefusalDoesNotReviveTheServer() {
    // simulator, seed 420: a request was sent to where nobody listened
    FakeServer server = bench.connect("tcp://a:1");
    bench.engine.onConnected(server.connection, bench.now);
    bench.engine.onDisconnected(server.connection, bench.now);
    server.refuse();
    server.welcome(Duration.ofHours(1), false);
    bench.call(ClientBench.READ);

    assertThat(bench.state(server)).isEqualTo(PeerState.DOWN);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aRefusalBesideTheWelcomeIsAboutWhatTheEarlierConnectionLeft() {
    // simulator, A5: each new connection under load opened two sessions, and displaced calls
    FakeServer server = bench.up("tcp://a:1");
    server.lose();
    bench.engine.onConnected(server.connection, bench.now);
    server.got.clear();
    server.session = 77;
    Welcome welcome =
        new Welcome(server.node, server.epoch, 77, 1, 0, "", List.of(), 500, 500, 5000, false);
    Refusal refusal = new Refusal(Refusal.Reason.UNKNOWN_SESSION, "who?", 1, 1, 0, 0);

    server.say(0, null, welcome, refusal);
    assertThat(bench.state(server)).isEqualTo(PeerState.WARMING);
    assertThat(server.all(Hello.class)).isEmpty();

    server.say(0, null, refusal);
    assertThat(bench.state(server)).as("now it is about this session").isEqualTo(PeerState.SUSPECT);
    assertThat(server.all(Hello.class)).hasSize(1);
  }
}
