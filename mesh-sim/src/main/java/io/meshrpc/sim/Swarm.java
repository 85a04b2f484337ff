package io.meshrpc.sim;

import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.policy.LeastLoaded;
import io.meshrpc.policy.P2cPeakEwma;
import io.meshrpc.policy.Prequal;
import io.meshrpc.policy.ProbedLeastInFlight;
import io.meshrpc.policy.RoundRobin;
import io.meshrpc.policy.SpeedWeightedProbing;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * A mesh, its calls and its faults, all drawn from the seed: each kind of fault is on or off, with an
 * intensity of its own (after swarm testing, Groce et al., ISSTA 2012). First a phase with faults,
 * then all is healed and must come back.
 */
final class Swarm implements Play {
  private static final int CALLS = 2000;
  private static final List<Supplier<LoadBalancer>> BALANCERS = List.of(
      SpeedWeightedProbing::new,
      SpeedWeightedProbing::new,
      LeastLoaded::new,
      P2cPeakEwma::new,
      Prequal::new,
      ProbedLeastInFlight::new,
      RoundRobin::new);

  @Override
  public String name() {
    return "swarm";
  }

  @Override
  public Sim prepare(long seed) {
    Streams streams = new Streams(seed);
    Options options = options(streams.of("options"));
    drawHedging(options, streams.of("hedging"));
    options.hastyShare = share(streams.of("haste"), 1);
    return new Sim(options, seed);
  }

  @Override
  public void play(Sim sim, long seed) {
    RandomGenerator random = sim.streams.of("faults");
    Options options = sim.options;
    sim.begin(Chance.betweenNs(random, 0, 200_000_000));
    new Faults(sim, random).begin();
    double callsPerNs = options.callsPerSecond() * options.clients / 1e9;
    long spanNs = (long) Math.min(20e9, Math.max(2e9, CALLS / callsPerNs));
    sim.runUntil(spanNs);
    sim.heal();
    sim.settle();
  }

  private static Options options(RandomGenerator random) {
    Options options = new Options();
    options.clients = (int) Chance.scale(random, 1, 20.99);
    options.servers = (int) Chance.scale(random, 1, 20.99);
    options.balancer = BALANCERS.get(random.nextInt(BALANCERS.size()));
    drawServers(options, random);
    drawCalls(options, random);
    drawNetwork(options, random);
    return options;
  }

  private static void drawServers(Options options, RandomGenerator random) {
    options.workers = (int) Chance.scale(random, 1, 8.99);
    Duration mean = Duration.ofNanos((long) Chance.scale(random, 500_000, 30_000_000));
    options.service = switch (random.nextInt(3)) {
      case 0 -> ServiceTime.fixed(mean);
      case 1 -> ServiceTime.exponential(mean);
      default -> ServiceTime.lognormal(mean, 1.5);
    };
    if (random.nextBoolean()) {
      options.queueCountMax = (int) Chance.scale(random, 1, 100);
    }
    if (random.nextBoolean()) {
      options.rememberedCountMax = (int) Chance.scale(random, 1, 50);
    }
    options.codelTargetNs = random.nextBoolean() ? 0 : options.codelTargetNs;
    options.concurrencyMax = random.nextBoolean() ? 0 : options.workers * 4;
    options.failShare = share(random, 0.3);
    options.hangShare = share(random, 0.05);
    options.lateShare = share(random, 0.1);
    options.driftPpmMax = random.nextBoolean() ? 200 : 0;
    options.turnNs = (long) Chance.scale(random, 1_000, 500_000);
  }

  private static void drawCalls(Options options, RandomGenerator random) {
    double seconds = Chance.scale(random, 2, 20);
    double capacity = options.servers * options.workers / (options.service.meanNs() / 1e9);
    options.load = Math.min(1.3, CALLS / seconds / capacity);
    options.callsMax = CALLS;
    if (Chance.hit(random, 0.2)) {
      options.callersPerClient = (int) Chance.scale(random, 1, 30);
    }
    options.idempotentShare = switch (random.nextInt(3)) {
      case 0 -> 0;
      case 1 -> 1;
      default -> random.nextDouble();
    };
    options.cancelShare = share(random, 0.3);
    options.prioritizedShare = share(random, 1);
    options.patientShare = share(random, 1);
    options.neverShare = share(random, 0.3);
    options.deadlineLeastNs = (long) Chance.scale(random, 5e6, 2e9);
    options.deadlineMostNs = (long) (options.deadlineLeastNs * Chance.scale(random, 1, 5));
  }

  private static void drawHedging(Options options, RandomGenerator random) {
    if (Chance.hit(random, 0.4)) {
      options.hedge = new HedgePolicy(
          random.nextBoolean() ? 0 : 0.5 + 0.499 * random.nextDouble(),
          Duration.ofNanos(random.nextInt(4) == 0 ? 0 : (long) Chance.scale(random, 10_000, 5e7)),
          random.nextBoolean() ? 0.05 : Chance.scale(random, 0.01, 1),
          random.nextBoolean());
    }
  }

  private static void drawNetwork(Options options, RandomGenerator random) {
    options.latencyNs = (long) Chance.scale(random, 20_000, 20_000_000);
    options.jitterNs = random.nextBoolean() ? 0 : (long) Chance.scale(random, 1_000, 5_000_000);
    options.jitterSigma = random.nextDouble() * 2;
    if (Chance.hit(random, 0.2)) {
      options.bytesPerSecond = (long) Chance.scale(random, 100_000, 10_000_000);
    }
    if (Chance.hit(random, 0.1)) {
      options.pipeFramesMax = (int) Chance.scale(random, 2, 64);
    }
    if (Chance.hit(random, 0.15)) {
      options.hostile = Chance.scale(random, 0.001, 0.05);
      options.duplicates = random.nextBoolean();
      options.reorders = random.nextBoolean();
      options.corrupts = random.nextBoolean();
      options.forges = Chance.hit(random, 0.2);
      options.corrupts |= options.forges;
    }
  }

  private static double share(RandomGenerator random, double most) {
    return random.nextBoolean() ? 0 : random.nextDouble() * most;
  }
}
