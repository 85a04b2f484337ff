package io.meshrpc.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** Server processes, and the logs of what they executed. No process outlives its fleet. */
final class Fleet implements AutoCloseable {
  // Below the ports that systems hand out by themselves, so that nobody takes a dead server's port.
  private static final int PORT_MIN = 15_000;
  private static final int PORT_MAX = 32_000;
  private static final String[] NAMES = {"one", "two", "three", "four", "five"};

  private final Path directory;
  private final Duration work;
  private final List<ServerProcess> servers = new CopyOnWriteArrayList<>();
  private final Thread hook = new Thread(this::abandon);
  private int started;

  private Fleet(Path directory, Duration work) {
    this.directory = directory;
    this.work = work;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts servers and waits until they are ready.
   *
   * @param work what a payment takes at each of them
   */
  static Fleet start(int count, Duration work) {
    try {
      Fleet fleet = new Fleet(Files.createTempDirectory("mesh-fleet"), work);
      List<CompletableFuture<ServerProcess>> starting = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String bind = "tcp://127.0.0.1:" + freePort();
        String name = NAMES[i];
        Path files = fleet.nextFiles(name);
        starting.add(
            CompletableFuture.supplyAsync(() -> ServerProcess.start(name, bind, files, work)));
      }
      starting.forEach(start -> fleet.servers.add(start.join()));
      return fleet;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ServerProcess server(int index) {
    return servers.get(index);
  }

  List<String> endpoints() {
    return servers.stream().map(ServerProcess::endpoint).toList();
  }

  int size() {
    return servers.size();
  }

  /** Starts a server that has ended anew, at the same port. */
  void restart(int index) {
    ServerProcess old = servers.get(index);
    servers.set(
        index, ServerProcess.start(old.name(), old.endpoint(), nextFiles(old.name()), work));
  }

  /** Ends all processes and tells how many times each id was executed, by their own logs. */
  Map<String, Integer> stopAndReadExecutions() {
    servers.forEach(ServerProcess::close);
    try {
      return ExecutionLog.readAll(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    servers.forEach(ServerProcess::close);
    Runtime.getRuntime().removeShutdownHook(hook);
    try {
      deleteFiles();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** This process is told to end: nothing of the fleet is to stay behind. */
  private void abandon() {
    servers.forEach(ServerProcess::abandon);
    try {
      deleteFiles();
    } catch (IOException e) {
      System.err.println("left behind: " + directory + ", " + e);
    }
  }

  private void deleteFiles() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private Path nextFiles(String name) {
    started++;
    return directory.resolve(name + "-" + started);
  }

  private static int freePort() {
    for (int i = 0; i < 100; i++) {
      int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
      try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return probe.getLocalPort();
      } catch (IOException e) {
        // Taken: try another.
      }
    }
    throw new IllegalStateException("no free port between " + PORT_MIN + " and " + PORT_MAX);
  }
}
