package io.meshrpc.sim.balance;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.policy.LeastLoaded;
import io.meshrpc.policy.P2cLocal;
import io.meshrpc.policy.P2cPeakEwma;
import io.meshrpc.policy.Prequal;
import io.meshrpc.policy.ProbedLeastInFlight;
import io.meshrpc.policy.RandomPick;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.policy.SpeedWeightedProbing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All policies by name. */
final class Policies {
  /** Makes the balancer of one client. */
  interface Maker {
    LoadBalancer make();
  }

  static final String ORACLE = "oracle";

  private final Map<String, Maker> makers = new LinkedHashMap<>();

  Policies() {
    makers.put("default", SpeedWeightedProbing::new);
    makers.put("round-robin", RoundRobin::new);
    makers.put("random", RandomPick::new);
    makers.put("least-loaded", LeastLoaded::new);
    makers.put("p2c", P2cLocal::new);
    makers.put("p2c-ewma", P2cPeakEwma::new);
    makers.put("prequal", Prequal::new);
    makers.put("probed-least", ProbedLeastInFlight::new);
    makers.put(ORACLE, Oracle::new);
  }

  List<String> names() {
    return List.copyOf(makers.keySet());
  }

  /**
   * How to make it.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  Maker maker(String name) {
    Maker maker = makers.get(name);
    if (maker == null) {
      throw new IllegalArgumentException(
          "policy: " + name + " (expected: one of " + String.join(", ", names()) + ")");
    }
    return maker;
  }
}
