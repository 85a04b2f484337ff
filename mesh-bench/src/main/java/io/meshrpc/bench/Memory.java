package io.meshrpc.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process holds.
 *
 * @param heapBytes after a collection
 * @param residentBytes of the whole process, by Linux's count; 0 if it is not known
 */
record Memory(long heapBytes, long residentBytes) {
  private static final Path STATUS = Path.of("/proc/self/status");

  /** Collects garbage first. */
  static Memory read() {
    System.gc();
    System.gc(); // what the first had only made ready
    return new Memory(
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), resident());
  }

  private static long resident() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  Memory since(Memory before) {
    return new Memory(heapBytes - before.heapBytes, residentBytes - before.residentBytes);
  }

  Memory plus(Memory other) {
    return new Memory(heapBytes + other.heapBytes, residentBytes + other.residentBytes);
  }

  /** In one line. */
  String line() {
    return heapBytes + " " + residentBytes;
  }

  static Memory parse(String line) {
    String[] parts = line.split(" ", 2);
    return new Memory(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
  }
}
