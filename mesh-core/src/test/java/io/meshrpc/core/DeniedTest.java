package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.PeerState;
import io.meshrpc.wire.Refusal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A client that a server does not want: it learns why, and comes again late, and anew. */
class DeniedTest {
  private static final long TEN_SECONDS_NS = 10_000_000_000L;

  private final ClientBench bench = new ClientBench();

  private PeerState state() {
    return bench.engine.peers(bench.now).get(0).state();
  }

  private String reason() {
    return bench.engine.peers(bench.now).get(0).reason();
  }

  @Test
  void whoIsToldThatItMayNotSpeakComesAgainOnAnotherConnection() {
    FakeServer server = bench.up("a");
    long first = server.connection;

    server.refuse(Refusal.Reason.NOT_AUTHORIZED, 10_000);

    assertThat(state()).isEqualTo(PeerState.DOWN);
    assertThat(reason()).contains("NOT_AUTHORIZED");
    bench.advance(Duration.ofSeconds(9));
    assertThat(server.connection).isEqualTo(first);
    bench.advance(Duration.ofSeconds(30));
    assertThat(server.connection).isNotEqualTo(first);
    server.accept();
    bench.advance(Duration.ofSeconds(1));
    assertThat(state()).isNotEqualTo(PeerState.DOWN);
  }

  @Test
  void aHandshakeThatCameToNothingIsTriedAgainLateWithJitterAndForAsLongAsItTakes() {
    FakeServer server = bench.connect("a");
    long before = server.connection;

    for (int i = 0; i < 5; i++) {
      bench.engine.onConnectDenied(server.connection, "not on its list", TEN_SECONDS_NS, bench.now);
      assertThat(state()).isEqualTo(PeerState.DOWN);
      assertThat(reason()).isEqualTo("not on its list");
      bench.advance(Duration.ofSeconds(7));
      assertThat(server.connection).as("try %d comes late", i).isEqualTo(before);
      bench.advance(Duration.ofSeconds(35));
      assertThat(server.connection).as("but it comes").isNotEqualTo(before);
      before = server.connection;
    }
    server.accept();
    assertThat(state()).isNotEqualTo(PeerState.DOWN);
  }

  @Test
  void aReasonThatChangesIsShown() {
    FakeServer server = bench.connect("a");
    server.refuse();
    assertThat(reason()).isEqualTo("connection refused");

    bench.engine.onConnectDenied(server.connection, "not on its list", TEN_SECONDS_NS, bench.now);

    assertThat(reason()).isEqualTo("not on its list");
  }

  @Test
  void aConnectionOnWhichNobodyAnswersIsReplacedThoughTheServerIsDownAlready() {
    FakeServer server = bench.connect("a");
    bench.engine.onConnectDenied(server.connection, "cut in the greeting", 0, bench.now);
    bench.engine.onConnected(server.connection, bench.now); // told late; it has ended since
    long before = server.connection;

    bench.advance(Duration.ofSeconds(30));

    assertThat(server.connection).isNotEqualTo(before);
  }
}
