package io.meshrpc.sim;

import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.Priority;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.policy.LivenessSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A mesh, its calls, and what happens to it when, told in prose:
 *
 * <pre>
 * Outcome outcome = Scenario.named("crash")
 *     .servers(20).clients(20).load(0.7)
 *     .at(seconds(5), Fault.crash(Target.server(3)))
 *     .lasting(seconds(10))
 *     .run(seed);
 * </pre>
 *
 * <p>Every run is watched by all invariants. After its span all faults are healed, and everything must
 * come back and come to rest. Belongs to one thread.
 */
public final class Scenario {
  private static final Duration CALLS_FROM = Duration.ofMillis(100);

  private final String name;
  private final Options options = new Options();
  private final List<Stroke> strokes = new ArrayList<>();
  private final List<Series> series = new ArrayList<>();
  private final Play play = new AsPlay();
  private Duration span = Duration.ofSeconds(10);

  private record Stroke(Duration at, Fault fault) {}

  private record Series(Duration mean, Fault fault) {}

  private Scenario(String name) {
    this.name = name;
  }

  /** Three clients and three servers of four workers, ten seconds, load 0.5, until told otherwise. */
  public static Scenario named(String name) {
    return new Scenario(name);
  }

  /** So many servers; at least 1. */
  public Scenario servers(int count) {
    options.servers = atLeast("servers", count, 1);
    return this;
  }

  /** So many clients, each connected to every server; at least 1. */
  public Scenario clients(int count) {
    options.clients = atLeast("clients", count, 1);
    return this;
  }

  /** Handlers that a server runs at once; at least 1. */
  public Scenario workers(int count) {
    options.workers = atLeast("workers", count, 1);
    return this;
  }

  /** Requests that may wait at a server; at least 1. */
  public Scenario queue(int count) {
    options.queueCountMax = atLeast("queue", count, 1);
    return this;
  }

  /** How long handlers run; exponential with 10 ms by default. */
  public Scenario service(ServiceTime time) {
    options.service = time;
    return this;
  }

  /** Calls at random moments, such that workers are busy for this share of their time. */
  public Scenario load(double share) {
    if (!(share >= 0)) {
      throw new IllegalArgumentException("load: " + share + " (expected: >= 0)");
    }
    options.load = share;
    options.callersPerClient = 0;
    return this;
  }

  /** Instead of calls at random moments, so many callers for each client, each with one call at once. */
  public Scenario callers(int perClient) {
    options.callersPerClient = atLeast("callers", perClient, 1);
    return this;
  }

  /** Every call's deadline; 5 s by default. */
  public Scenario deadline(Duration each) {
    if (each.isNegative() || each.isZero()) {
      throw new IllegalArgumentException("deadline: " + each + " (expected: > 0)");
    }
    options.deadlineLeastNs = each.toNanos();
    options.deadlineMostNs = each.toNanos();
    return this;
  }

  /** This share of the calls is idempotent; all by default. */
  public Scenario idempotent(double share) {
    options.idempotentShare = share("idempotent", share);
    return this;
  }

  /** These shares of the calls are critical, high and sheddable; the rest, by default all, is normal. */
  public Scenario priorities(double critical, double high, double sheddable) {
    share("critical + high + sheddable", critical + high + sheddable);
    options.priorityShares = new double[Priority.values().length];
    options.priorityShares[Priority.CRITICAL.ordinal()] = share("critical", critical);
    options.priorityShares[Priority.HIGH.ordinal()] = share("high", high);
    options.priorityShares[Priority.SHEDDABLE.ordinal()] = share("sheddable", sheddable);
    return this;
  }

  /** How long the oldest work at a server may wait; zero turns CoDel off. */
  public Scenario codelTarget(Duration span) {
    options.codelTargetNs = span.toNanos();
    return this;
  }

  /** Clients send so many times as many requests as are accepted; 0, the default, turns this off. */
  public Scenario throttle(double ratio) {
    options.throttleRatio = ratio;
    return this;
  }

  /** This share of the calls is cancelled by its caller. */
  public Scenario cancelled(double share) {
    options.cancelShare = share("cancelled", share);
    return this;
  }

  /** This share of handlers fails, this share hangs until the end of the faults. */
  public Scenario handlers(double fail, double hang) {
    options.failShare = share("fail", fail);
    options.hangShare = share("hang", hang);
    return this;
  }

  /** One way takes this base, and on top a lognormal span of this median; 0.2 and 0.05 ms by default. */
  public Scenario latency(Duration base, Duration jitter) {
    options.latencyNs = base.toNanos();
    options.jitterNs = jitter.toNanos();
    return this;
  }

  /** Clocks run up to so many millionths too fast or too slow. */
  public Scenario drift(int ppm) {
    options.driftPpmMax = atLeast("drift", ppm, 0);
    return this;
  }

  /** The client's balancer; a new one for each client. */
  public Scenario balancer(Supplier<LoadBalancer> each) {
    options.balancer = each;
    return this;
  }

  /** The clients' settings. */
  public Scenario liveness(LivenessSettings settings) {
    options.liveness = settings;
    return this;
  }

  /** The clients' retry policy. */
  public Scenario retry(RetryPolicy policy) {
    options.retry = policy;
    return this;
  }

  /** When idempotent calls are sent to a second server as well; never by default. */
  public Scenario hedge(HedgePolicy policy) {
    options.hedge = policy;
    return this;
  }

  /** This share of frames comes twice, in another order or damaged so that it can be seen. */
  public Scenario hostile(double share, boolean duplicates, boolean reorders, boolean corrupts) {
    options.hostile = share("hostile", share);
    options.duplicates = duplicates;
    options.reorders = reorders;
    options.corrupts = corrupts;
    return this;
  }

  /** Something happens at a moment from the start. */
  public Scenario at(Duration moment, Fault fault) {
    if (moment.isNegative()) {
      throw new IllegalArgumentException("moment: " + moment + " (expected: >= 0)");
    }
    strokes.add(new Stroke(moment, fault));
    return this;
  }

  /** Something happens at a moment, and so often after that, at equal distances. */
  public Scenario every(Duration distance, int times, Fault fault) {
    for (int i = 1; i <= times; i++) {
      at(distance.multipliedBy(i), fault);
    }
    return this;
  }

  /** Something happens again and again at random moments, so far from each other on average. */
  public Scenario randomly(Duration mean, Fault fault) {
    if (mean.isNegative() || mean.isZero()) {
      throw new IllegalArgumentException("mean: " + mean + " (expected: > 0)");
    }
    series.add(new Series(mean, fault));
    return this;
  }

  /** How long calls are made. */
  public Scenario lasting(Duration whole) {
    span = whole;
    return this;
  }

  /** What stands before each server's engine. */
  Scenario door(Supplier<Door> each) {
    options.door = each;
    return this;
  }

  /** I12 is not checked, to see what follows when it does not hold. */
  Scenario unfenced() {
    options.fenced = false;
    return this;
  }

  /**
   * Plays it.
   *
   * @throws AssertionError if an invariant does not hold, with the seed, the last of the trace, and how
   *     to replay it
   */
  public Outcome run(long seed) {
    Sim sim = play.prepare(seed);
    Run run = Run.of(play, seed, sim);
    if (run.report() != null) {
      throw new AssertionError("scenario " + name + ": " + run.report());
    }
    return Outcome.of(sim);
  }

  /** For bin/sim. */
  Play play() {
    return play;
  }

  private final class AsPlay implements Play {
    @Override
    public String name() {
      return name;
    }

    @Override
    public Sim prepare(long seed) {
      strokes.forEach(stroke -> stroke.fault.check(options.clients, options.servers));
      series.forEach(each -> each.fault.check(options.clients, options.servers));
      return new Sim(options, seed);
    }

    @Override
    public void play(Sim sim, long seed) {
      for (Stroke stroke : strokes) {
        sim.kernel.at(stroke.at.toNanos(), () -> stroke.fault.strike(sim));
      }
      series.forEach(each -> strikeLater(sim, each));
      sim.begin(CALLS_FROM.toNanos());
      sim.runUntil(span.toNanos());
      sim.endCalls();
      sim.heal();
      sim.settle();
    }

    private void strikeLater(Sim sim, Series each) {
      sim.kernel.in(Chance.exponentialNs(sim.strokes, each.mean.toNanos()), () -> {
        if (!sim.isHealed()) {
          each.fault.strike(sim);
          strikeLater(sim, each);
        }
      });
    }
  }

  private static int atLeast(String what, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: >= " + least + ")");
    }
    return value;
  }

  private static double share(String what, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: 0 to 1)");
    }
    return value;
  }
}
