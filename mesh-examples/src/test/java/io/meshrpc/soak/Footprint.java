package io.meshrpc.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What a process holds once garbage is gone.
 *
 * @param heapBytes in use
 * @param threads that live
 * @param descriptors open files and sockets; 0 where the system does not tell
 * @param calls live objects that stand for a call, an attempt, or work at a server
 * @param remembered live objects that stand for a remembered answer
 * @param sessions live objects that stand for a client at a server
 */
record Footprint(
    long heapBytes, int threads, long descriptors, long calls, long remembered, long sessions) {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** Of this process. */
  static Footprint take() {
    String live = histogram(); // collects garbage
    Runtime runtime = Runtime.getRuntime();
    return new Footprint(
        runtime.totalMemory() - runtime.freeMemory(),
        Thread.activeCount(),
        descriptorCount(),
        count(live, "ClientCall") + count(live, "Attempt") + count(live, "ServerCall"),
        count(live, "RecentRequests$Entry"),
        count(live, "ClientSession"));
  }

  /** As one line, for {@link #parse}. */
  String line() {
    return heapBytes + " " + threads + " " + descriptors + " " + calls + " " + remembered + " "
        + sessions;
  }

  static Footprint parse(String line) {
    long[] all = Stream.of(line.trim().split(" ")).mapToLong(Long::parseLong).toArray();
    return new Footprint(all[0], (int) all[1], all[2], all[3], all[4], all[5]);
  }

  @Override
  public String toString() {
    return "%,d KiB of heap, %d threads, %d descriptors, %d calls, %d remembered, %d sessions"
        .formatted(heapBytes >> 10, threads, descriptors, calls, remembered, sessions);
  }

  private static String histogram() {
    try {
      return (String) ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "gcClassHistogram",
              new Object[] {new String[0]},
              new String[] {String[].class.getName()});
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long count(String histogram, String name) {
    return histogram
        .lines()
        .map(line -> line.trim().split("\\s+"))
        .filter(line -> line.length > 3 && line[3].equals("io.meshrpc.core." + name))
        .mapToLong(line -> Long.parseLong(line[1]))
        .sum();
  }

  private static long descriptorCount() {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return 0;
    }
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return open.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
