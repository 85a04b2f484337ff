package io.meshrpc.sim;

import static io.meshrpc.sim.Target.server;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Servers that are killed or drained, and restarted: A13 and A14. */
class RestartAcceptanceTest {
  @Test
  void a13_whatIsStuckInThePipeOfAKilledServerNeverRunsInTheNext() {
    SeedRange seeds = Acceptance.seeds(40, 10_000);
    Campaign campaign = new Campaign(Scenarios.stalePipe().play(), seeds);
    campaign.run(Runtime.getRuntime().availableProcessors(), progress -> {});

    Acceptance.figure("A13", "%s", campaign.summary());
    assertThat(campaign.failures()).as(() -> reports(campaign)).isEmpty();
    assertThat(campaign.played()).isEqualTo(seeds.count());
  }

  @Test
  void a13_withoutTheFenceOfSessionsItWouldRunTwiceAndTheJudgesNotice() {
    SeedRange seeds = Acceptance.seeds(20, 20);
    Campaign campaign =
        new Campaign(Scenarios.stalePipe().door(NoFence::new).unfenced().play(), seeds);
    campaign.run(Runtime.getRuntime().availableProcessors(), progress -> {});

    Acceptance.figure("A13", "without the fence: %s", campaign.summary());
    assertThat(campaign.failures()).isNotEmpty();
    assertThat(campaign.failures())
        .allMatch(run -> String.valueOf(run.violation()).startsWith("I2: runs again"));
  }

  private static String reports(Campaign campaign) {
    return campaign.failures().stream().map(Run::report).collect(Collectors.joining("\n"));
  }

  private record Rolling(int failed, Duration before, Duration during) {
    double growth() {
      return (double) during.toNanos() / before.toNanos();
    }
  }

  /** Half as long between restarts would be too fast: servers warm up for ten seconds. */
  @Test
  void a14_aRollingRestartFailsNoCallAndHardlySlowsThem() {
    int servers = 20;
    Duration distance = ofMillis(1200);
    Duration from = ofSeconds(3);
    Duration to = from.plus(distance.multipliedBy(servers));
    List<Rolling> all = Acceptance.play(2, 50, seed -> {
      Scenario scenario = Scenario.named("a14 rolling restart")
          .servers(servers)
          .clients(10)
          .service(ServiceTime.exponential(ofMillis(40)))
          .load(0.7)
          .lasting(to.plusSeconds(1));
      for (int i = 0; i < servers; i++) {
        Duration moment = from.plus(distance.multipliedBy(i));
        scenario
            .at(moment, Fault.drain(server(i), ofSeconds(1)))
            .at(moment.plusMillis(550), Fault.start(server(i)));
      }
      Outcome outcome = scenario.run(seed);
      return new Rolling(
          outcome.failures().size(),
          outcome.latency(0.99, ofSeconds(1), from),
          outcome.latency(0.99, from, to));
    });

    double mean = all.stream().mapToDouble(Rolling::growth).average().orElse(0);
    double worst = all.stream().mapToDouble(Rolling::growth).max().orElse(0);
    int failed = all.stream().mapToInt(Rolling::failed).sum();
    Acceptance.figure(
        "A14",
        "%d seeds: %d failed calls, p99 grows to %.2f times, %.2f in the worst seed",
        all.size(),
        failed,
        mean,
        worst);
    assertThat(failed).isZero();
    assertThat(worst).isLessThanOrEqualTo(1.3);
  }
}
