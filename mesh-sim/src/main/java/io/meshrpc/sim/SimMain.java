package io.meshrpc.sim;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What bin/sim runs. Ends with 0 if all held, 1 after a violation, 2 if it was asked for nonsense. */
public final class SimMain {
  private static final String USAGE = """
      usage: bin/sim --seeds FROM-TO [--scenario NAME] [--json FILE] [--threads N]
        --seeds     one seed, or a range of them with both ends: 7 or 1-50000
        --scenario  a fixed scenario instead of the swarm; "list" lists them
        --json      writes the summary to this file
        --threads   seeds that are played at once; as many as there are processors by default
      """;

  private @Nullable SeedRange seeds;
  private String scenario = "swarm";
  private @Nullable String json;
  private int threads = Runtime.getRuntime().availableProcessors();

  private SimMain() {}

  /** Plays seeds. */
  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  static int run(String[] args, PrintStream out, PrintStream err) {
    SimMain main = new SimMain();
    try {
      main.read(args);
      if (main.scenario.equals("list")) {
        Scenarios.all().forEach(play -> out.println(play.name()));
        return 0;
      }
      if (main.seeds == null) {
        throw new IllegalArgumentException("--seeds is missing");
      }
      Play play = Scenarios.named(main.scenario)
          .orElseThrow(() -> new IllegalArgumentException(
              "scenario: " + main.scenario + " (expected: one that --scenario list names)"));
      return main.play(play, main.seeds, out);
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      err.print(USAGE);
      return 2;
    } catch (UncheckedIOException e) {
      err.println("json: " + e.getMessage());
      return 2;
    }
  }

  private void read(String[] args) {
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + ": nothing follows it");
      }
      String value = args[i + 1];
      switch (args[i]) {
        case "--seeds" -> seeds = SeedRange.parse(value);
        case "--scenario" -> scenario = value;
        case "--json" -> json = value;
        case "--threads" -> threads = threads(value);
        default -> throw new IllegalArgumentException(args[i] + " is not known");
      }
    }
  }

  private static int threads(String text) {
    try {
      int count = Integer.parseInt(text);
      if (count >= 1) {
        return count;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException("threads: " + text + " (expected: >= 1)");
  }

  private int play(Play play, SeedRange range, PrintStream out) {
    Campaign campaign = new Campaign(play, range);
    campaign.run((int) Math.min(threads, range.count()), out::println);
    List<Run> failures = campaign.failures();
    failures.forEach(run -> out.println("\nVIOLATION " + run.report()));
    out.println(campaign.summary());
    if (json != null) {
      write(Path.of(json), campaign, failures);
    }
    return failures.isEmpty() ? 0 : 1;
  }

  private void write(Path file, Campaign campaign, List<Run> failures) {
    StringBuilder text = new StringBuilder();
    text.append(String.format(
        Locale.ROOT,
        "{\"scenario\": \"%s\", \"seeds\": %d, \"events\": %d, \"seconds\": %.3f,%n"
            + " \"events_per_second\": %.0f, \"violations\": [",
        scenario,
        campaign.played(),
        campaign.events(),
        campaign.seconds(),
        campaign.events() / campaign.seconds()));
    for (int i = 0; i < failures.size(); i++) {
      Run run = failures.get(i);
      text.append(i == 0 ? "\n" : ",\n").append("  {\"seed\": ").append(run.seed());
      text.append(", \"violation\": \"").append(quoted(String.valueOf(run.violation())));
      text.append("\"}");
    }
    text.append("]}\n");
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e.toString(), e);
    }
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder();
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.toString();
  }
}
