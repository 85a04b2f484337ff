package io.meshrpc.examples;

import io.meshrpc.MeshClient;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Prints a line each second: how many calls, how long they took, where the servers stand. */
final class LiveLine implements AutoCloseable {
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "live-line");
        thread.setDaemon(true);
        return thread;
      });
  private final MeshClient mesh;
  private final LoadGenerator load;
  private int seconds; // owned by the timer's thread

  LiveLine(MeshClient mesh, LoadGenerator load) {
    this.mesh = mesh;
    this.load = load;
    timer.scheduleAtFixedRate(this::print, 1, 1, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  private void print() {
    Window second = load.nextSecond();
    seconds++;
    double spanSeconds = (System.nanoTime() - second.beginNs) / 1e9;
    String states = mesh.peers().stream()
        .map(peer -> (peer.name().isEmpty() ? "?" : peer.name()) + " " + peer.state())
        .collect(Collectors.joining("  "));
    System.out.printf(
        "%3d s %,8.0f calls/s   p50 %5.1f ms   p99 %5.1f ms   failed %d   %s%n",
        seconds,
        second.calls.sum() / spanSeconds,
        second.spans.millis(0.50),
        second.spans.millis(0.99),
        load.failed(),
        states);
  }
}
