package io.meshrpc.sim.balance;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for on the command line.
 *
 * @param json where to write the results; null for nowhere
 * @param plot the directory to draw into; null for none
 */
record Options(
    List<String> scenarios,
    List<String> policies,
    List<Long> seeds,
    double seconds,
    @Nullable Path json,
    @Nullable Path plot) {
  static final String USAGE = """
      usage: bin/balance [--scenarios S1,S2|all] [--policies default,oracle|all] [--seeds 1-20]
                         [--seconds 10] [--json FILE] [--plot DIR]""";

  private static final Set<String> KNOWN =
      Set.of("--scenarios", "--policies", "--seeds", "--seconds", "--json", "--plot");
  private static final int SEEDS_MAX = 100_000;

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException with what is wrong and what is expected
   */
  static Options parse(String... args) {
    Map<String, String> given = new LinkedHashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      if (!KNOWN.contains(args[i])) {
        throw new IllegalArgumentException("option: " + args[i] + " (expected: --scenarios,"
            + " --policies, --seeds, --seconds, --json or --plot)");
      }
      if (i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + ": nothing (expected: a value)");
      }
      if (given.put(args[i], args[i + 1]) != null) {
        throw new IllegalArgumentException(args[i] + ": given twice (expected: once)");
      }
    }
    Scenarios scenarios = new Scenarios();
    Policies policies = new Policies();
    List<String> ids =
        names("--scenarios", given.getOrDefault("--scenarios", "all"), scenarios.ids());
    ids.forEach(scenarios::make);
    List<String> names =
        names("--policies", given.getOrDefault("--policies", "all"), policies.names());
    names.forEach(policies::maker);
    return new Options(
        ids,
        names,
        seeds(given.getOrDefault("--seeds", "1-20")),
        seconds(given.getOrDefault("--seconds", "10")),
        file(given.get("--json")),
        path(given.get("--plot")));
  }

  private static @Nullable Path path(@Nullable String name) {
    return name == null ? null : Path.of(name);
  }

  /** Checked before the runs, for they take long. */
  private static @Nullable Path file(@Nullable String name) {
    Path file = path(name);
    if (file != null) {
      Path directory = file.toAbsolutePath().getParent();
      if (Files.isDirectory(file) || directory == null || !Files.isDirectory(directory)) {
        throw new IllegalArgumentException(
            "--json: " + name + " (expected: a file in a directory that exists)");
      }
    }
    return file;
  }

  private static List<String> names(String option, String value, List<String> all) {
    if (value.equals("all")) {
      return all;
    }
    Set<String> names = new LinkedHashSet<>();
    for (String name : value.split(",", -1)) {
      if (name.isBlank()) {
        throw new IllegalArgumentException(
            option + ": \"" + value + "\" (expected: names with commas between)");
      }
      names.add(name.strip());
    }
    return List.copyOf(names);
  }

  private static List<Long> seeds(String value) {
    Set<Long> seeds = new LinkedHashSet<>();
    for (String part : value.split(",", -1)) {
      int dash = part.indexOf('-', 1);
      long first = seed(dash < 0 ? part : part.substring(0, dash), value);
      long last = dash < 0 ? first : seed(part.substring(dash + 1), value);
      if (last < first || last - first >= SEEDS_MAX || last - first < 0) {
        throw badSeeds(value);
      }
      for (long seed = first; seed - last <= 0; seed++) {
        seeds.add(seed);
        if (seed == last) {
          break;
        }
      }
    }
    return new ArrayList<>(seeds);
  }

  private static long seed(String part, String value) {
    try {
      return Long.parseLong(part.strip());
    } catch (NumberFormatException e) {
      throw badSeeds(value);
    }
  }

  private static IllegalArgumentException badSeeds(String value) {
    return new IllegalArgumentException("--seeds: \"" + value
        + "\" (expected: numbers or ranges with commas between, such as 1-20 or 1,2,7;"
        + " at most " + SEEDS_MAX + " in a range)");
  }

  private static double seconds(String value) {
    double seconds;
    try {
      seconds = Double.parseDouble(value);
    } catch (NumberFormatException e) {
      seconds = Double.NaN;
    }
    if (!(seconds > 0 && seconds <= 3600)) {
      throw new IllegalArgumentException(
          "--seconds: " + value + " (expected: a number > 0 and <= 3600)");
    }
    return seconds;
  }
}
