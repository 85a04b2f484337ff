package io.meshrpc.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A JVM of ours that answers one line to each line. */
final class Child {
  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final long END_SECONDS = 30;

  private final String name;
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter questions;

  Child(String name, Process process) {
    this.name = name;
    this.process = process;
    this.answers = process.inputReader();
    this.questions = process.outputWriter();
  }

  static ProcessBuilder command(Class<?> main, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    command.addAll(TlsKeys.options());
    command.add("-cp");
    command.add(System.getProperty("java.class.path", ""));
    command.add(main.getName());
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  /** What it says once it has started. */
  String awaitReady() {
    return answer("its start", START_MAX);
  }

  /**
   * Asks and waits for the answer.
   *
   * @throws IllegalStateException if it answers with an error, too late or not at all
   */
  String ask(String question, Duration max) {
    try {
      questions.write(question + "\n");
      questions.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " has gone before: " + question, e);
    }
    return answer(question, max);
  }

  private String answer(String question, Duration max) {
    String line = CompletableFuture.supplyAsync(this::readAnswer, Child::onDaemon)
        .completeOnTimeout("nothing within " + max, max.toNanos(), TimeUnit.NANOSECONDS)
        .join();
    if (!line.startsWith(Lines.ANSWER)) {
      throw new IllegalStateException(name + " answered to \"" + question + "\": " + line);
    }
    return line.substring(Lines.ANSWER.length());
  }

  private String readAnswer() {
    try {
      while (true) {
        String line = answers.readLine();
        if (line == null) {
          return "nothing, for it has ended";
        }
        if (line.startsWith(Lines.ANSWER) || line.startsWith(Lines.ERROR)) {
          return line;
        }
        System.err.println(name + ": " + line); // some library talks to standard output
      }
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void onDaemon(Runnable task) {
    Thread thread = new Thread(task, "bench-answer");
    thread.setDaemon(true);
    thread.start();
  }

  /** Sends a signal by its name, such as STOP. */
  void signal(String signal) {
    try {
      // The shell's own kill: not every machine has a program of that name.
      int exitCode = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
          .start()
          .waitFor();
      if (exitCode != 0) {
        throw new IllegalStateException("kill -" + signal + " of " + name + " gave " + exitCode);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  long pid() {
    return process.pid();
  }

  /** Ends it as {@code kill -9} does, and waits until it is gone. */
  void kill() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(name + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " ends", e);
    }
  }
}
