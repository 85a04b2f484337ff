package io.meshrpc.core;

import static io.meshrpc.core.ClientBench.READ;
import static io.meshrpc.core.ClientBench.RETRY;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.PeerState;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Pong;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a client takes silence for its own fault, and when it must not. */
class SelfDoubtTest {
  private ClientBench bench = new ClientBench();
  private final List<FakeServer> servers = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 20})
  void ifNobodyIsHeardForThreeSecondsNobodyIsDown(int count) {
    up(count);
    freeze(0, count);
    bench.advanceMs(3000);
    thaw();

    assertThat(states()).containsOnly(PeerState.UP);
    assertThat(bench.transitions).noneMatch(move -> move.to() == PeerState.DOWN);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 20})
  void ifAllDieTheyAreDownAfterTenSecondsAtTheLatest(int count) {
    up(count);
    freeze(0, count);
    bench.advanceMs(10_100);

    assertThat(states()).containsOnly(PeerState.DOWN);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 10, 20})
  void asLongAsOneIsHeardAllOthersAreDownInTime(int count) {
    up(count);
    bench.advanceMs(3210);
    freeze(1, count);
    bench.advanceMs(2510);

    assertThat(states().subList(1, count)).containsOnly(PeerState.DOWN);
    assertThat(bench.state(servers.get(0))).isEqualTo(PeerState.UP);
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 300, 450, 600, 1000})
  void serversThatDieOneAfterTheOtherAreDownInTime(int distanceMs) {
    up(3);
    freeze(0, 1);
    bench.advanceMs(distanceMs);
    freeze(1, 2);
    bench.advanceMs(2600);

    assertThat(states()).containsExactly(PeerState.DOWN, PeerState.DOWN, PeerState.UP);
  }

  @Test
  void neighboursThatWereNotAskedProveNothing() {
    up(3);
    bench.advanceMs(300);
    FakeServer dead = servers.get(0);
    int before = dead.all(Ping.class).size();
    while (dead.all(Ping.class).size() == before) {
      bench.advanceMs(1);
    }
    freeze(0, 1); // its last word has just come
    bench.advanceMs(440);
    servers.subList(1, 3).forEach(server -> server.load(0, 1));
    bench.advanceMs(370);

    assertThat(bench.state(dead)).as("550 and 250 ms at most").isEqualTo(PeerState.SUSPECT);
  }

  @Test
  void anOnlyServerHasNoNeighboursToCompareWith() {
    up(1);
    freeze(0, 1);
    bench.advanceMs(2010);

    assertThat(states()).containsExactly(PeerState.DOWN);
  }

  @Test
  void howeverLongItsPauseWasAServerThatIsSilentIsFoundOutAsSoon() {
    for (int seconds : List.of(1, 30, 600)) {
      ClientBench one = new ClientBench();
      FakeServer a = one.up("tcp://a:1");
      FakeServer b = one.up("tcp://b:1");
      one.advanceMs(2000);
      one.standStill(Duration.ofSeconds(seconds));
      a.say(new Pong(1)); // what waited is read before the clock is looked at
      b.say(new Pong(1));
      one.engine.tick(one.now);
      a.frozen = true;
      ClientCall named =
          one.call(READ, RETRY, CallOptions.DEFAULT.withServer(a.endpoint), Duration.ofSeconds(9));
      ClientCall free = one.call(READ);
      one.call(READ);
      one.advanceMs(5500);

      assertThat(one.state(a)).as("after %d s", seconds).isNotEqualTo(PeerState.UP);
      assertThat(one.state(b)).isEqualTo(PeerState.UP);
      assertThat(named.isDone()).isFalse();
      assertThat(free.attempts().get(free.attempts().size() - 1).peer.endpoint())
          .isEqualTo(b.endpoint);
    }
  }

  @Test
  void pausesOfItsOwnMakeAClientPatientForAWhile() {
    up(1);
    standStillThrice();
    freeze(0, 1);
    bench.advanceMs(1400);
    assertThat(states()).as("four times 250 ms").containsExactly(PeerState.UP);
    bench.advanceMs(200);
    assertThat(states()).containsExactly(PeerState.SUSPECT);
    bench.advanceMs(6300);
    assertThat(states()).as("four times 2 s").containsExactly(PeerState.SUSPECT);
    bench.advanceMs(200);
    assertThat(states()).containsExactly(PeerState.DOWN);
  }

  @Test
  void doubtFadesWhileAnybodyIsHeard() {
    up(1);
    standStillThrice();
    bench.advanceMs(3000);
    freeze(0, 1);
    bench.advanceMs(810);

    assertThat(states()).containsExactly(PeerState.SUSPECT);
  }

  @Test
  void aClientThatNeverDoubtsItselfGivesUpInTime() {
    LivenessSettings settings = LivenessSettings.DEFAULTS.withSelfDoubtMax(0);
    bench = new ClientBench(settings, new RoundRobin(), AttemptInterceptor.NONE, 1);
    up(5);
    freeze(0, 5);
    bench.advanceMs(2010);

    assertThat(states()).containsOnly(PeerState.DOWN);
  }

  @Test
  void aSpanThatIsLongerThanTenSecondsIsNotShortened() {
    LivenessSettings settings = LivenessSettings.DEFAULTS.withDownAfter(Duration.ofSeconds(15));
    bench = new ClientBench(settings, new RoundRobin(), AttemptInterceptor.NONE, 1);
    up(5);
    freeze(0, 5);
    bench.advanceMs(14_400);
    assertThat(states()).containsOnly(PeerState.SUSPECT);
    bench.advanceMs(610);

    assertThat(states()).containsOnly(PeerState.DOWN);
  }

  private void standStillThrice() {
    for (int i = 0; i < 3; i++) {
      bench.standStill(Duration.ofMillis(700));
      bench.advanceMs(1);
    }
  }

  private void up(int count) {
    for (int i = 0; i < count; i++) {
      servers.add(bench.up("tcp://s" + i + ":1"));
      bench.advanceMs(37);
    }
  }

  private void freeze(int from, int to) {
    servers.subList(from, to).forEach(server -> server.frozen = true);
  }

  private void thaw() {
    servers.forEach(server -> {
      server.frozen = false;
      server.answerPings();
    });
  }

  private List<PeerState> states() {
    return servers.stream().map(bench::state).toList();
  }
}
