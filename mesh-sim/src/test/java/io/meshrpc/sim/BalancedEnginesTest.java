package io.meshrpc.sim;

import static io.meshrpc.sim.Target.server;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.policy.LeastLoaded;
import io.meshrpc.policy.P2cLocal;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.policy.SpeedWeightedProbing;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** That what the balancing benchmark shows of models holds for the engines, too. */
class BalancedEnginesTest {
  private static long p99Us(Supplier<LoadBalancer> balancer) {
    Outcome outcome = Scenario.named("one slow server of ten")
        .servers(10)
        .clients(10)
        .workers(4)
        .service(ServiceTime.exponential(ofMillis(10)))
        .load(0.75)
        .deadline(ofSeconds(5))
        .balancer(balancer)
        .at(ofMillis(1), Fault.speed(server(4), 0.25))
        .lasting(ofSeconds(6))
        .run(1);
    return outcome.latency(0.99, ofSeconds(2), ofSeconds(6)).toNanos() / 1000;
  }

  @Test
  void theDefaultBalancerLeavesASlowServerAloneAsFarAsItShould() {
    long best = p99Us(SpeedWeightedProbing::new);
    long leastLoaded = p99Us(LeastLoaded::new);
    long p2c = p99Us(P2cLocal::new);
    long roundRobin = p99Us(RoundRobin::new);
    System.out.printf(
        "p99, 1 of 10 servers 4x slow: default %d us, least-loaded %d, p2c %d, round-robin %d%n",
        best, leastLoaded, p2c, roundRobin);

    assertThat(best).isLessThan(leastLoaded * 8 / 10).isLessThan(p2c * 8 / 10);
    assertThat(best).isLessThan(roundRobin / 2);
  }
}
