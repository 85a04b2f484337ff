package io.meshrpc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** A child's side of the talk with its parent. When the parent has gone, the child ends at once. */
final class Lines {
  static final String ANSWER = "= ";
  static final String ERROR = "! ";

  private final PrintStream out = System.out;

  /** Answers one line. */
  @FunctionalInterface
  interface Answerer {
    /** The answer, in one line. */
    String answer(String command, String argument) throws Exception;
  }

  /** Says that the start is over. */
  void ready(String text) {
    say(ANSWER + text);
  }

  /** Answers until the parent closes its end or dies, and then ends the process. */
  void serve(Answerer answerer) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] parts = line.split(" ", 2);
      try {
        say(ANSWER + answerer.answer(parts[0], parts.length == 2 ? parts[1] : ""));
      } catch (Exception e) {
        e.printStackTrace();
        say(ERROR + e.toString().replace('\n', ' '));
      }
    }
    Runtime.getRuntime().halt(1);
  }

  /** What to throw at a command that is not known. */
  static IllegalArgumentException unknown(String command) {
    return new IllegalArgumentException("command: \"" + command + "\" (expected: a known one)");
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
