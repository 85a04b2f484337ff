package io.meshrpc.sim.balance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The balancing benchmark's command line: bin/balance. */
public final class Balance {
  private final Options options;
  private final Runner runner = new Runner(Math.max(1, Runtime.getRuntime().availableProcessors()));

  private Balance(Options options) {
    this.options = options;
  }

  /** Runs what the arguments say. Exits with 2 if they are wrong. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.println(Options.USAGE);
      System.exit(2);
      return;
    }
    new Balance(options).run();
  }

  private void run() throws IOException, InterruptedException {
    List<Result> results = perform(options.scenarios(), Double.NaN);
    System.out.println(Table.of(new Summary(results)));
    Path json = options.json();
    if (json != null) {
      Files.writeString(json, Json.of(results));
    }
    Path plot = options.plot();
    if (plot != null) {
      Files.createDirectories(plot);
      for (String scenario : options.scenarios()) {
        draw(plot, scenario);
      }
    }
  }

  private void draw(Path directory, String scenario) throws IOException, InterruptedException {
    List<Summary> byLoad = new ArrayList<>();
    for (double load : Plot.LOADS) {
      byLoad.add(new Summary(perform(List.of(scenario), load)));
    }
    Plot plot = new Plot(new Scenarios().make(scenario).title, byLoad);
    Path file = directory.resolve(scenario + ".svg");
    Files.writeString(file, plot.svg(scenario));
    System.out.println("Drawn: " + file);
  }

  private List<Result> perform(List<String> scenarios, double load) throws InterruptedException {
    List<Run> runs = new ArrayList<>();
    for (String scenario : scenarios) {
      for (String policy : options.policies()) {
        for (long seed : options.seeds()) {
          runs.add(new Run(scenario, policy, seed, load, options.seconds()));
        }
      }
    }
    List<Result> results = runner.perform(runs, progress(runs.size()));
    if (System.console() != null) {
      System.err.println();
    }
    return results;
  }

  private static Consumer<Result> progress(int all) {
    int[] done = {0};
    return result -> {
      done[0]++;
      if (System.console() != null) {
        Run run = result.run();
        System.err.printf(
            "\r%d of %d: %s %s %d          ",
            done[0], all, run.scenario(), run.policy(), run.seed());
      }
    };
  }
}
