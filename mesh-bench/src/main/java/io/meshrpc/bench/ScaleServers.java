package io.meshrpc.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The main class of a JVM with many mesh servers. Argument: how many. */
final class ScaleServers {
  private ScaleServers() {}

  /** Serves until the parent has gone. */
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[0]);
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      addresses.add(MeshPeer.serve(false, null, Duration.ZERO).address());
    }
    Usage.Meter meter = new Usage.Meter();
    Lines lines = new Lines();
    lines.ready(String.join(" ", addresses));
    lines.serve((command, argument) -> switch (command) {
      case "usage" -> meter.read().line();
      case "memory" -> Memory.read().line();
      default -> throw Lines.unknown(command);
    });
  }
}
