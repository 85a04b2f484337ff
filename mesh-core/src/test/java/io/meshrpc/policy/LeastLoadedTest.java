package io.meshrpc.policy;

import static io.meshrpc.policy.PickBench.MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.policy.PickBench.Server;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The better of two, by what this client knows and what the server said of late. */
class LeastLoadedTest {
  @ParameterizedTest(name = "{0} in flight, {1} reported {2} ms ago, weight {3}: taken: {4}")
  @CsvSource({
    "2, 0,    0, 1.0, true",
    "4, 0,    0, 1.0, false",
    "0, 4,    0, 1.0, false",
    "0, 4,  999, 1.0, false",
    "0, 4, 1000, 1.0, true",
    "4, 1,    0, 1.0, false",
    "1, 1,    0, 0.6, true",
    "1, 1,    0, 0.4, false",
  })
  void besideAServerWithThreeInFlight(
      int inFlight, int reported, int ageMs, double weight, boolean taken) {
    PickBench bench = new PickBench(2, 1);
    Server server = bench.servers.get(0);
    server.inFlight = inFlight;
    server.running = reported;
    server.reportedNs = bench.now - ageMs * MS;
    server.weight = weight;
    bench.servers.get(1).inFlight = 3;

    for (int i = 0; i < 20; i++) {
      assertThat(bench.choose(new LeastLoaded()) == server).isEqualTo(taken);
    }
  }
}
