package io.meshrpc.bench;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A nats-server of our own on a free port of 127.0.0.1. */
final class NatsBroker {
  private static final String PROGRAM = "nats-server";
  private static final long START_NS = TimeUnit.SECONDS.toNanos(10);

  private NatsBroker() {}

  /** Where the program is; empty if it is not installed. */
  static Optional<Path> find() {
    List<String> directories = new ArrayList<>(
        List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)));
    directories.add("/usr/sbin"); // where Debian puts it
    directories.add("/usr/local/sbin");
    return directories.stream()
        .map(directory -> Path.of(directory, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts it, waits until it listens, and returns its address. */
  static String start(Path program, Fleet fleet) throws IOException, InterruptedException {
    int port = freePort();
    Process process = fleet.adopt(new ProcessBuilder(
            program.toString(), "--addr", "127.0.0.1", "--port", Integer.toString(port))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start());
    long endNs = System.nanoTime() + START_NS;
    while (!listens(port)) {
      if (!process.isAlive() || System.nanoTime() - endNs > 0) {
        throw new IllegalStateException(program + " does not listen at port " + port);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return "nats://127.0.0.1:" + port;
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  private static boolean listens(int port) {
    try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return probe.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
