package io.meshrpc.sim;

import static io.meshrpc.sim.Target.allClients;
import static io.meshrpc.sim.Target.client;
import static io.meshrpc.sim.Target.server;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The scenarios that bin/sim knows by name. */
final class Scenarios {
  private Scenarios() {}

  static List<Play> all() {
    List<Play> all = new ArrayList<>();
    all.add(new Swarm());
    for (Scenario each : List.of(
        calm(),
        crash(),
        vanish(),
        stalePipe(),
        gc(),
        stall(),
        partition(),
        brownout(),
        rolling(),
        failFast(),
        massSilence(),
        lostPings(),
        outage(),
        hostile(),
        overtaken())) {
      all.add(each.play());
    }
    return all;
  }

  static Optional<Play> named(String name) {
    return all().stream().filter(play -> play.name().equals(name)).findFirst();
  }

  private static Scenario usual(String name) {
    return Scenario.named(name).servers(20).clients(20).load(0.5).drift(200).idempotent(0.5);
  }

  private static Scenario calm() {
    return usual("calm").lasting(ofSeconds(5));
  }

  private static Scenario crash() {
    return usual("crash")
        .at(ofSeconds(2), Fault.crash(server(3)))
        .at(ofSeconds(4), Fault.start(server(3)))
        .lasting(ofSeconds(6));
  }

  private static Scenario vanish() {
    return usual("vanish")
        .at(ofSeconds(2), Fault.vanish(server(3)))
        .at(ofSeconds(6), Fault.start(server(3)))
        .lasting(ofSeconds(8));
  }

  /**
   * Servers are killed and restarted while requests to them are stuck in the pipe. Every other time the
   * connection was lost shortly before, so that what is stuck was sent once before and has run.
   */
  static Scenario stalePipe() {
    Scenario scenario = Scenario.named("stale-pipe")
        .servers(2)
        .clients(4)
        .load(0.9)
        .idempotent(0.3)
        .service(ServiceTime.exponential(ofMillis(40)))
        .latency(ofMillis(10), ofMillis(1));
    for (int i = 1; i <= 12; i++) {
      Target server = server(i % 2);
      if (i % 4 < 2) {
        scenario.at(ofMillis(400L * i - 175), Fault.reset(allClients(), server));
      }
      scenario
          .at(ofMillis(400L * i - 40), Fault.stall(allClients(), server, ofMillis(60)))
          .at(ofMillis(400L * i), Fault.crash(server))
          .at(ofMillis(400L * i + 5), Fault.start(server));
    }
    return scenario.lasting(ofSeconds(6));
  }

  private static Scenario gc() {
    return usual("gc")
        .at(ofSeconds(2), Fault.pause(server(1), ofMillis(500)))
        .at(ofSeconds(3), Fault.pause(server(2), ofSeconds(3)))
        .at(ofSeconds(4), Fault.pause(client(0), ofSeconds(5)))
        .lasting(ofSeconds(10));
  }

  private static Scenario stall() {
    return usual("stall")
        .every(ofMillis(300), 10, Fault.stall(server(2), allClients(), ofMillis(200)))
        .lasting(ofSeconds(5));
  }

  private static Scenario partition() {
    return usual("partition")
        .at(ofSeconds(1), Fault.cut(client(0), server(0)))
        .at(ofSeconds(1), Fault.cut(server(1), client(1)))
        .lasting(ofSeconds(6));
  }

  private static Scenario brownout() {
    Scenario scenario = usual("brownout").load(0.7);
    for (int i = 0; i < 20; i++) {
      scenario
          .at(ofSeconds(2), Fault.speed(server(i), 0.3))
          .at(ofSeconds(5), Fault.speed(server(i), 1));
    }
    return scenario.lasting(ofSeconds(8));
  }

  private static Scenario rolling() {
    Scenario scenario = usual("rolling");
    for (int i = 0; i < 20; i++) {
      scenario
          .at(ofMillis(1000 + 300L * i), Fault.drain(server(i), ofSeconds(1)))
          .at(ofMillis(2500 + 300L * i), Fault.start(server(i)));
    }
    return scenario.lasting(ofSeconds(10));
  }

  private static Scenario failFast() {
    return usual("fail-fast")
        .at(ofSeconds(1), Fault.failFast(server(0), true))
        .lasting(ofSeconds(5));
  }

  private static Scenario massSilence() {
    Scenario scenario = usual("mass-silence").load(0.3);
    for (int i = 0; i < 12; i++) {
      scenario.at(ofSeconds(2), Fault.vanish(server(i))).at(ofSeconds(7), Fault.start(server(i)));
    }
    return scenario.lasting(ofSeconds(10));
  }

  private static Scenario lostPings() {
    Scenario scenario = usual("lost-pings");
    for (int i = 0; i < 12; i++) {
      scenario.at(ofSeconds(2), Fault.losePings(client(0), server(i)));
    }
    return scenario.lasting(ofSeconds(8));
  }

  private static Scenario outage() {
    Scenario scenario = usual("outage");
    for (int i = 0; i < 20; i++) {
      scenario
          .at(ofSeconds(2), Fault.crash(server(i)))
          .at(ofMillis(4000 + 150L * i), Fault.start(server(i)));
    }
    return scenario.lasting(ofSeconds(10));
  }

  /** Callers lose interest soon, and a Cancel may overtake its request. */
  static Scenario overtaken() {
    return Scenario.named("overtaken")
        .servers(2)
        .clients(4)
        .load(0.5)
        .idempotent(0.5)
        .service(ServiceTime.exponential(ofMillis(1)))
        .cancelled(0.5)
        .hostile(0.3, false, true, false)
        .lasting(ofSeconds(2));
  }

  private static Scenario hostile() {
    return usual("hostile").hostile(0.02, false, true, true).lasting(ofSeconds(5));
  }
}
