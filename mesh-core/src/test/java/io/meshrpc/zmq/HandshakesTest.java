package io.meshrpc.zmq;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a client makes of a connection that ended before anything came over it. */
class HandshakesTest {
  private static final int TIMEOUT_MS = 5000;
  private static final long SOON = 1_000_000;
  private static final long LATE = 5_000_000_000L;

  private final Handshakes clear = new Handshakes(false, TIMEOUT_MS);
  private final Handshakes curve = new Handshakes(true, TIMEOUT_MS);

  @Test
  void whoIsClosedAtTheGreetingMayHaveTheWrongSecurityOrBeOneTooMany() {
    clear.onConnected(1, 0);
    curve.onConnected(1, 0);

    assertThat(clear.onDisconnected(1, SOON).reason())
        .contains("may want CURVE", "has no room for more connections");
    assertThat(curve.onDisconnected(1, SOON).reason())
        .contains("does not speak CURVE", "has no room for more connections");
  }

  @Test
  void aGreetingThatTakesTooLongSaysNothingOfSecurity() {
    clear.onConnected(1, 0);
    curve.onConnected(1, 0);

    assertThat(clear.onDisconnected(1, LATE)).isNull();
    assertThat(curve.onDisconnected(1, LATE)).isNull();
  }

  @Test
  void whoIsClosedInTheHandshakeOfCurveMayExpectAnotherKey() {
    curve.onConnected(1, 0);
    curve.onGreeted(1, 0);

    Handshakes.Failure failure = curve.onDisconnected(1, LATE);
    assertThat(failure.reason()).contains("it may have another key");
    assertThat(failure.lasting()).isFalse(); // or it just went away
  }

  @Test
  void theNewsOfTheGreetingMayOvertakeThatOfTheConnection() {
    clear.onGreeted(1, 0);
    clear.onConnected(1, 0);

    assertThat(clear.onDisconnected(1, SOON)).isNull();
  }

  @Test
  void inTheClearAServerThatGoesAwayAfterTheGreetingIsNothingSpecial() {
    clear.onConnected(1, 0);
    clear.onGreeted(1, 0);

    assertThat(clear.onDisconnected(1, SOON)).isNull();
  }

  @Test
  void aConnectionThatWasHeardOfIsNoFailure() {
    curve.onConnected(1, 0);
    curve.onGreeted(1, 0);
    curve.heard(1);

    assertThat(curve.onDisconnected(1, SOON)).isNull();
  }

  @Test
  void eachConnectionIsJudgedByItself() {
    curve.onConnected(1, 0);
    curve.onConnected(2, 0);
    curve.heard(2);

    assertThat(curve.onDisconnected(2, SOON)).isNull();
    assertThat(curve.onDisconnected(1, SOON)).isNotNull();
    curve.onConnected(1, 0);
    curve.heard(1);
    assertThat(curve.onDisconnected(1, SOON)).isNull();
  }
}
