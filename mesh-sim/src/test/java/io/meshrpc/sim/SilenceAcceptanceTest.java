package io.meshrpc.sim;

import static io.meshrpc.sim.Target.allClients;
import static io.meshrpc.sim.Target.anyClient;
import static io.meshrpc.sim.Target.anyServer;
import static io.meshrpc.sim.Target.client;
import static io.meshrpc.sim.Target.server;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.PeerState;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Silence that is no death: pauses, clogged and half-cut ways; A3, A4 and A5. */
class SilenceAcceptanceTest {
  private static final int NODES = 5;

  private record Falls(int down, int ejected) {}

  /** A server that stands still for half of the time may be ejected for its success rate. */
  @ParameterizedTest
  @ValueSource(ints = {200, 500, 1000})
  void a3_pausesOfUpToASecondPutNobodyDown(int pauseMs) {
    List<Falls> falls = Acceptance.play(4, 1000, seed -> {
      Scenario scenario = Scenario.named("a3 pauses of " + pauseMs + " ms")
          .servers(NODES)
          .clients(NODES)
          .load(0.3)
          .drift(200)
          .lasting(ofSeconds(8));
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < NODES; i++) {
        pauseAgainAndAgain(scenario, server(i), pauseMs, random);
        pauseAgainAndAgain(scenario, client(i), pauseMs, random);
      }
      Outcome outcome = scenario.run(seed);
      int down = falls(PeerState.DOWN, outcome, ofSeconds(8));
      return new Falls(down, falls(PeerState.EJECTED, outcome, ofSeconds(8)));
    });

    int down = falls.stream().mapToInt(Falls::down).sum();
    int ejected = falls.stream().mapToInt(Falls::ejected).sum();
    String text = "%d ms, %d seeds: %d times DOWN, %d times EJECTED";
    Acceptance.figure("A3", text, pauseMs, falls.size(), down, ejected);
    assertThat(down).isZero();
  }

  private static void pauseAgainAndAgain(
      Scenario scenario, Target target, int pauseMs, SplittableRandom random) {
    int at = random.nextInt(500, 2000);
    while (at < 8000) {
      scenario.at(ofMillis(at), Fault.pause(target, ofMillis(pauseMs)));
      at += pauseMs + random.nextInt(50, 2000);
    }
  }

  @Test
  void a3_aClientThatStoodStillForFiveSecondsPutsNobodyDown() {
    List<Integer> downs = Acceptance.play(4, 1000, seed -> {
      SplittableRandom random = new SplittableRandom(seed);
      Outcome outcome = Scenario.named("a3 client pause of 5 s")
          .servers(NODES)
          .clients(2)
          .load(0.3)
          .drift(200)
          .at(ofMillis(random.nextInt(1000, 3000)), Fault.pause(client(0), ofSeconds(5)))
          .lasting(ofSeconds(10))
          .run(seed);
      return evictions(outcome, ofSeconds(10));
    });

    int sum = downs.stream().mapToInt(each -> each).sum();
    Acceptance.figure("A3", "client 5 s, %d seeds: %d times DOWN or EJECTED", downs.size(), sum);
    assertThat(sum).isZero();
  }

  @Test
  void a4_cloggedWaysPutNobodyDown() {
    int nodes = 20;
    Duration clog = ofMillis(200);
    Duration distance = ofMillis(10); // 400 ways each way, each clogged for 5 % of the time
    Duration span = ofSeconds(25);
    List<Integer> downs = Acceptance.play(1, 100, seed -> {
      Outcome outcome = Scenario.named("a4 clogged ways")
          .servers(nodes)
          .clients(nodes)
          .workers(1)
          .load(0.1)
          .drift(200)
          .randomly(distance, Fault.stall(anyServer(), anyClient(), clog))
          .randomly(distance, Fault.stall(anyClient(), anyServer(), clog))
          .lasting(span)
          .run(seed);
      return evictions(outcome, span);
    });

    long peerSeconds = (long) downs.size() * nodes * nodes * span.toSeconds();
    int sum = downs.stream().mapToInt(each -> each).sum();
    Acceptance.figure("A4", "%d peer-seconds: %d times DOWN or EJECTED", peerSeconds, sum);
    assertThat(sum).isZero();
  }

  private static int evictions(Outcome outcome, Duration end) {
    return falls(PeerState.DOWN, outcome, end) + falls(PeerState.EJECTED, outcome, end);
  }

  private static int falls(PeerState state, Outcome outcome, Duration end) {
    return outcome
        .moves(move -> move.to() == state && move.at().compareTo(end) < 0)
        .size();
  }

  /** Ways to half-cut server 0 off for twenty seconds, from the first second on. */
  enum Flap {
    ANSWERS_AT_1_HZ {
      @Override
      Scenario in(Scenario scenario) {
        return scenario.every(
            ofSeconds(1), 20, Fault.stall(server(0), allClients(), ofMillis(500)));
      }
    },
    REQUESTS_AT_1_HZ {
      @Override
      Scenario in(Scenario scenario) {
        return scenario.every(
            ofSeconds(1), 20, Fault.stall(allClients(), server(0), ofMillis(500)));
      }
    },
    RESETS_AND_ANSWERS_AT_1_HZ {
      @Override
      Scenario in(Scenario scenario) {
        return ANSWERS_AT_1_HZ
            .in(scenario)
            .every(ofSeconds(1), 20, Fault.reset(allClients(), server(0)));
      }
    },
    ANSWERS_FOR_THREE_OF_FOUR_SECONDS {
      @Override
      Scenario in(Scenario scenario) {
        for (int i = 0; i < 5; i++) {
          scenario.at(ofSeconds(1 + 4 * i), Fault.stall(server(0), allClients(), ofSeconds(3)));
        }
        return scenario;
      }
    },
    REQUESTS_FOR_GOOD {
      @Override
      Scenario in(Scenario scenario) {
        return scenario.at(ofSeconds(1), Fault.stall(allClients(), server(0), ofSeconds(20)));
      }
    };

    abstract Scenario in(Scenario scenario);
  }

  private record Flapping(int readmissions, int failed, double attempts) {}

  @ParameterizedTest
  @EnumSource(Flap.class)
  void a5_aFlappingWayNeitherReadmitsWithoutEndNorMakesRetries(Flap flap) {
    int clients = 3;
    Duration end = ofSeconds(21);
    List<Flapping> all = Acceptance.play(1, 100, seed -> {
      Scenario scenario =
          Scenario.named("a5 " + flap).servers(3).clients(clients).load(0.3).lasting(end);
      Outcome outcome = flap.in(scenario).run(seed);
      int most = 0;
      for (int i = 0; i < clients; i++) {
        int index = i;
        int back = outcome
            .moves(move -> move.client() == index
                && move.from() == PeerState.DOWN
                && move.at().compareTo(end) < 0)
            .size();
        most = Math.max(most, back);
      }
      return new Flapping(most, outcome.failures().size(), outcome.attemptsPerCall());
    });

    int most = all.stream().mapToInt(Flapping::readmissions).max().orElse(0);
    double attempts = all.stream().mapToDouble(Flapping::attempts).max().orElse(0);
    int failed = all.stream().mapToInt(Flapping::failed).sum();
    Acceptance.figure(
        "A5",
        "%s, %d seeds: at most %d readmissions in 20 s, %.3f attempts per call, %d failed calls",
        flap,
        all.size(),
        most,
        attempts,
        failed);
    int steps = 5; // of 0.5, 1, 2, 4 and 8 s
    assertThat(most).isLessThanOrEqualTo(steps);
    assertThat(attempts).isLessThan(1.1);
    assertThat(failed).isZero();
  }
}
