package io.meshrpc.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** A command line says what is run; a wrong one says what is wrong with it. */
class SettingsTest {
  @Test
  void takesWhatTheGuideNames() {
    Settings.Compare compare = compare(
        "--peers mesh,grpc-direct --mode throughput --payload 1024 --inflight 64 --threads 2"
            + " --servers 3 --rounds 5 --seconds 10 --warmup 0 --json a.json --plot charts");

    assertThat(compare.peers()).containsExactly(PeerKind.MESH, PeerKind.GRPC_DIRECT);
    assertThat(compare.load()).isEqualTo(new Load(Load.Mode.THROUGHPUT, 1024, 64, 2, 0));
    assertThat(compare.servers()).isEqualTo(3);
    assertThat(compare.rounds()).isEqualTo(5);
    assertThat(compare.seconds()).isEqualTo(10);
    assertThat(compare.warmUpSeconds()).isZero();
    assertThat(compare.json()).hasToString("Optional[a.json]");
    assertThat(compare.plot()).hasToString("Optional[charts]");
  }

  @Test
  void aClientIsToldItsWholeLoadInOneWord() {
    Load load =
        compare("--peers mesh --mode throughput --inflight 64 --clients 8").load();

    assertThat(load.clients()).isEqualTo(8);
    assertThat(Load.parse(load.word())).isEqualTo(load);
  }

  @Test
  void warmsUpFor25SecondsUnlessToldOtherwise() {
    assertThat(compare("--mode latency").warmUpSeconds()).isEqualTo(25);
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    refuses("--peers mesh,zmq", "--peers: \"zmq\" (expected: some of mesh,mesh-direct,");
    refuses("--peers mesh,mesh", "--peers: mesh twice (expected: each once)");
    refuses("--mode fast", "--mode: fast (expected: latency or throughput or chained)");
    refuses("--turbo 1", "--turbo: not known here (expected: some of --peers");
    refuses("latency", "argument: \"latency\" (expected: --name)");
    refuses("--failover burn", "--failover: burn (expected: kill or freeze or drain or none)");
    refuses("--overload much", "--overload: much (expected: 0.1 to 999)");
    refuses("--overload 2 --peers nats", "--peers: nats (expected: mesh, grpc or both)");
  }

  @Test
  void refusesNumbersOutOfRange() {
    refuses("--payload 0", "--payload: 0 (expected: a whole number from 1 to 1048576)");
    refuses("--payload big", "--payload: big (expected: a whole number from 1 to 1048576)");
    refuses("--rounds -1", "--rounds: -1 (expected: a whole number from 1 to 1000)");
    refuses("--open 0", "--open: 0 (expected: a whole number from 1 to 10000000)");
  }

  @Test
  void refusesMissingAndRepeatedValues() {
    refuses("--payload", "--payload: nothing (expected: a value)");
    refuses("--payload --mode latency", "--payload: nothing (expected: a value)");
    refuses("--payload 16 --payload 16", "--payload: twice (expected: once)");
  }

  @Test
  void refusesWhatDoesNotFitTogether() {
    refuses(
        "--mode throughput --inflight 2 --threads 4",
        "--inflight: 2 (expected: at least one for each of 4 threads)");
    refuses("--mode latency --inflight 4", "--inflight: with --mode latency");
    refuses("--mode throughput --open 10 --peers jeromq", "--open: with --mode throughput");
    refuses("--mode chained --open 10", "--open: with --mode chained");
    refuses(
        "--mode latency --threads 4 --clients 5",
        "--clients: 5 (expected: at most one for each of 4 threads)");
    refuses("--peers mesh,jeromq --threads 4 --clients 2", "--clients: with jeromq");
    refuses("--failover kill --peers rawtcp", "--peers: rawtcp (expected: peers with deadlines");
    refuses("--failover kill --payload 16", "--payload: not known here");
    refuses("--failover none --again", "--again: with --failover none (expected: kill, freeze");
    refuses("--failover kill --scale", "--scale: with --failover (expected: one of them)");
    refuses("--scale --servers 10 --clients 11", "--clients: 11 (expected: a whole number from 1");
  }

  @Test
  void takesFailoverAndScale() {
    assertThat(Settings.parse("--failover", "freeze"))
        .isInstanceOfSatisfying(Settings.FailOver.class, failOver -> {
          assertThat(failOver.event()).isEqualTo(Settings.Event.FREEZE);
          assertThat(failOver.peers()).containsExactly(PeerKind.MESH, PeerKind.GRPC);
          assertThat(failOver.callers()).isEqualTo(64);
          assertThat(failOver.frozenSeconds()).isEqualTo(6);
          assertThat(failOver.again()).isFalse();
        });
    assertThat(Settings.parse("--failover", "drain", "--again"))
        .isInstanceOfSatisfying(
            Settings.FailOver.class, failOver -> assertThat(failOver.again()).isTrue());
    assertThat(Settings.parse("--scale"))
        .isInstanceOfSatisfying(
            Settings.Grow.class, grow -> assertThat(grow.servers()).isEqualTo(100));
  }

  private static Settings.Compare compare(String line) {
    return (Settings.Compare) Settings.parse(line.split(" ", -1));
  }

  private static void refuses(String line, String text) {
    assertThatThrownBy(() -> Settings.parse(line.split(" ", -1)))
        .as(line)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(text);
  }
}
