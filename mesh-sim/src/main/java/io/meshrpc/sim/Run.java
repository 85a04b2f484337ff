package io.meshrpc.sim;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One play of one seed, to its end.
 *
 * @param events how many there were
 * @param hash of the trace
 * @param violation what did not hold, in one line; null if all held
 * @param report all that is needed to see and replay it; null if all held
 */
record Run(
    long seed,
    long events,
    long hash,
    @Nullable String violation,
    @Nullable String report) {

  static Run of(Play play, long seed) {
    return of(play, seed, play.prepare(seed));
  }

  static Run of(Play play, long seed, Sim sim) {
    try {
      play.play(sim, seed);
      return new Run(seed, sim.kernel.happened(), sim.trace.hash(), null, null);
    } catch (Violation e) {
      return failed(play, seed, sim, e);
    }
  }

  private static Run failed(Play play, long seed, Sim sim, Violation violation) {
    StringBuilder text = new StringBuilder();
    text.append(violation.getMessage()).append('\n');
    if (violation.getCause() != null) {
      for (StackTraceElement frame : violation.getCause().getStackTrace()) {
        text.append("    at ").append(frame).append('\n');
      }
    }
    text.append("seed: ").append(seed).append('\n');
    text.append("options: ").append(sim.options).append('\n');
    text.append("commit: ").append(commit()).append('\n');
    text.append("the last of the trace:\n");
    sim.trace.tail().forEach(line -> text.append("  ").append(line).append('\n'));
    text.append("replay: ").append(replay(play, seed)).append('\n');
    String line = String.valueOf(violation.getMessage());
    return new Run(seed, sim.kernel.happened(), sim.trace.hash(), line, text.toString());
  }

  /** The command that plays this seed again. */
  static String replay(Play play, long seed) {
    String scenario = play instanceof Swarm ? "" : " --scenario " + play.name();
    return "bin/sim --seeds " + seed + scenario;
  }

  private static String commit() {
    try {
      Process git = new ProcessBuilder("git", "rev-parse", "HEAD")
          .redirectErrorStream(true)
          .start();
      git.getOutputStream().close();
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(git.getInputStream(), StandardCharsets.UTF_8))) {
        String line = lines.readLine();
        return git.waitFor() == 0 && line != null ? line : "unknown";
      }
    } catch (IOException e) {
      return "unknown";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }
}
