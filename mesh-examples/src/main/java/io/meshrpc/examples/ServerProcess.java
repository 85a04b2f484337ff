package io.meshrpc.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A server in a JVM of its own, which can be killed, frozen and drained. */
final class ServerProcess implements AutoCloseable {
  private static final long START_SECONDS = 30;
  private static final long DRAIN_SECONDS = 20;

  private final String name;
  private final Process process;
  private final String endpoint;

  private ServerProcess(String name, Process process, String endpoint) {
    this.name = name;
    this.process = process;
    this.endpoint = endpoint;
  }

  /**
   * Starts a server and waits until it says that it is ready.
   *
   * @param bind where it listens
   * @param files its execution log and its errors, without the ending
   * @param work what a payment takes
   */
  static ServerProcess start(String name, String bind, Path files, Duration work) {
    Path errors = files.resolveSibling(files.getFileName() + ".err");
    List<String> command = List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx96m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path", ""),
        ServerMain.class.getName(),
        name,
        bind,
        files + ".log",
        Long.toString(work.toMillis()));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(errors.toFile()).start();
      try {
        return new ServerProcess(name, process, awaitReady(name, process, errors));
      } catch (IllegalStateException e) {
        process.destroyForcibly();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String awaitReady(String name, Process process, Path errors) throws IOException {
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    CompletableFuture<String> line = CompletableFuture.supplyAsync(
        () -> readLine(output), command -> daemon(command).start());
    String said =
        line.completeOnTimeout("nothing", START_SECONDS, TimeUnit.SECONDS).join();
    if (!said.startsWith(ServerMain.READY)) {
      throw new IllegalStateException("server %s did not start: it said %s; %s"
          .formatted(name, said, Files.readString(errors)));
    }
    return said.substring(ServerMain.READY.length());
  }

  private static String readLine(BufferedReader output) {
    try {
      return String.valueOf(output.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Thread daemon(Runnable command) {
    Thread thread = new Thread(command, "await-ready");
    thread.setDaemon(true);
    return thread;
  }

  String name() {
    return name;
  }

  String endpoint() {
    return endpoint;
  }

  /** Ends the process as {@code kill -9} does, frozen or not, and waits until it is gone. */
  void kill() {
    process.destroyForcibly();
    awaitExit();
  }

  /** Stops the process where it stands: {@code kill -STOP}. */
  void freeze() {
    signal("STOP");
  }

  /** Lets a frozen process go on: {@code kill -CONT}. */
  void thaw() {
    signal("CONT");
  }

  /** Lets the server finish what it has begun, and waits until its process has ended. */
  void drain() {
    try {
      process.getOutputStream().write((ServerMain.DRAIN + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException("server " + name + " has gone before its drain", e);
    }
    int exitCode = awaitExit();
    if (exitCode != 0) {
      throw new IllegalStateException("server " + name + " ended its drain with " + exitCode);
    }
  }

  @Override
  public void close() {
    kill();
  }

  /** Ends the process without waiting. */
  void abandon() {
    process.destroyForcibly();
  }

  private int awaitExit() {
    try {
      if (!process.waitFor(DRAIN_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("server " + name + " does not end");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while server " + name + " ends", e);
    }
  }

  private void signal(String signal) {
    try {
      // The shell's own kill: not every machine has a program of that name.
      int exitCode = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
          .start()
          .waitFor();
      if (exitCode != 0) {
        throw new IllegalStateException("kill -" + signal + " ended with " + exitCode);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
