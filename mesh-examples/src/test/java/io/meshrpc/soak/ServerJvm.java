package io.meshrpc.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A place for a server: a port, and one process after the other that listens there. */
final class ServerJvm implements AutoCloseable {
  private static final long END_SECONDS = 30;

  final int port;
  private final Path directory;
  private Process process;
  private BufferedReader says;
  private int starts;

  ServerJvm(int port, Path directory) {
    this.port = port;
    this.directory = directory;
    start();
  }

  void start() {
    starts++;
    Path books = directory.resolve(port + "-" + starts + ".books");
    ProcessBuilder command = new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx96m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path", ""),
        SoakServer.class.getName(),
        "tcp://127.0.0.1:" + port,
        books.toString());
    try {
      process = command
          .redirectError(directory.resolve(port + "-" + starts + ".err").toFile())
          .start();
      says = process.inputReader(StandardCharsets.UTF_8);
      String endpoint = says.readLine();
      if (endpoint == null) {
        throw new IllegalStateException("the server at port " + port + " did not start");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int starts() {
    return starts;
  }

  String ask(String question) {
    try {
      process.outputWriter().write(question + "\n");
      process.outputWriter().flush();
      return String.valueOf(says.readLine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Footprint footprint() {
    return Footprint.parse(ask(SoakServer.FOOTPRINT));
  }

  /** As {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  void drain() {
    try {
      process.outputWriter().write(SoakServer.DRAIN + "\n");
      process.outputWriter().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    awaitEnd();
  }

  /** STOP or CONT. */
  void signal(String signal) {
    try {
      int code = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
          .start()
          .waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill -" + signal + " ended with " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the server at port " + port + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
