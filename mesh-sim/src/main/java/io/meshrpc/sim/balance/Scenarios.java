package io.meshrpc.sim.balance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** All scenarios by name. S1 to S16 are the benchmark; a letter marks a variant. */
final class Scenarios {
  private static final double[] RAMP = {0.75, 0.83, 0.93, 1.03, 1.14, 1.27, 1.41, 1.57, 1.74};

  private final Map<String, Function<String, Scenario>> makers = new LinkedHashMap<>();

  Scenarios() {
    add("S1", "homogeneous, load 0.9", s -> s);
    add("S1b", "homogeneous, load 0.7", s -> s.load(0.7));
    add("S2", "10 % of servers 4x slow, load 0.9", s -> s.slow(0.1, 0.25));
    add("S3", "half of servers 2x slow, load 0.9", s -> s.slow(0.5, 0.5));
    add(
        "S4",
        "antagonists: 4x slow for 20 % of time, 0.4 s each, load 0.9",
        Scenarios::antagonists);
    add("S5", "load from 0.75 to 1.74 in nine steps", s -> s.load(1).ramp(1.74, Scenarios::steps));
    add("S6", "2 % of servers fail at once, load 0.7", s -> s.load(0.7).failFast(0.02));
    add("S6b", "10 % of servers fail at once, load 0.7", s -> s.load(0.7).failFast(0.1));
    add(
        "S7",
        "stops of 200 ms about every 4 s, load 0.8",
        s -> s.load(0.8).paces((rank, timing) -> Pace.stops(200, 3800)));
    add(
        "S8",
        "5 % of servers 10x slow for half of the time, load 0.8",
        s -> s.load(0.8)
            .paces((rank, timing) -> rank < s.count(0.05)
                ? Pace.slowBetween(timing.at(0.3), timing.at(0.8), 0.1)
                : Pace.steady(1)));
    add("S9", "400 clients, 20 servers, antagonists, load 0.9", s -> antagonists(s.size(400, 20)));
    add(
        "S9b",
        "400 clients, 20 servers, 10 % of them 4x slow, load 0.9",
        s -> s.size(400, 20).slow(0.1, 0.25));
    add(
        "S10",
        "log-normal work, sigma 1.5, 10 % of servers 4x slow, load 0.8",
        s -> s.load(0.8).work(Kind.of(0, 1, 10, 1.5)).slow(0.1, 0.25));
    add(
        "S11",
        "20 % of servers start, 5x slow for 10 s, load 0.7",
        s -> s.load(0.7)
            .newcomers(0.2)
            .paces((rank, timing) -> rank >= s.servers - s.count(0.2)
                ? Pace.slowBetween(timing.warmUpNs(), timing.warmUpNs() + 10_000_000_000L, 0.2)
                : Pace.steady(1)));
    add(
        "S12",
        "10 clients, 10 servers, one of them 4x slow, load 0.8",
        s -> s.size(10, 10).load(0.8).slow(0.1, 0.25));
    add("S12b", "4 clients, 4 servers, load 0.8", s -> s.size(4, 4).load(0.8));
    add(
        "S13",
        "clients on and off, 100 ms each, one hot with 30 % of calls, load 0.8",
        s -> s.load(0.8).bursts(0.3));
    add(
        "S14",
        "90 % of calls 1 ms, 10 % 100 ms, 10 % of servers 4x slow, load 0.8",
        s -> s.load(0.8).work(Kind.of(0, 0.9, 1, 0), Kind.of(1, 0.1, 100, 0)).slow(0.1, 0.25));
    add(
        "S15",
        "20 % of probes lost, 10 % of servers 4x slow, load 0.8",
        s -> s.load(0.8).slow(0.1, 0.25).probes(0.2, 0));
    add(
        "S15b",
        "probes 5 ms later each way, 10 % of servers 4x slow, load 0.8",
        s -> s.load(0.8).slow(0.1, 0.25).probes(0, 5));
    add("S15c", "reports of 2 % of servers frozen, load 0.8", s -> s.load(0.8).frozen(0.02));
    add(
        "S16",
        "300 clients, 300 servers, 10 % of them 4x slow, load 0.8",
        s -> s.size(300, 300).load(0.8).slow(0.1, 0.25));
    add(
        "S16b",
        "1000 clients, 50 servers, 10 % of them 4x slow, load 0.8",
        s -> s.size(1000, 50).load(0.8).slow(0.1, 0.25));
  }

  List<String> ids() {
    return List.copyOf(makers.keySet());
  }

  /**
   * The scenario, made anew.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  Scenario make(String id) {
    Function<String, Scenario> maker = makers.get(id);
    if (maker == null) {
      throw new IllegalArgumentException(
          "scenario: " + id + " (expected: one of " + String.join(", ", ids()) + ")");
    }
    return maker.apply(id);
  }

  private void add(String id, String title, Function<Scenario, Scenario> declaration) {
    makers.put(id, name -> declaration.apply(new Scenario(name, title)));
  }

  private static Scenario antagonists(Scenario scenario) {
    return scenario.paces((rank, timing) -> Pace.bursts(0.25, 400, 1600));
  }

  private static Arrivals.Curve steps(Timing timing) {
    return now -> {
      double share = (double) (now - timing.warmUpNs()) / timing.measuredNs();
      int step = (int) Math.floor(share * RAMP.length);
      return RAMP[Math.max(0, Math.min(RAMP.length - 1, step))];
    };
  }
}
