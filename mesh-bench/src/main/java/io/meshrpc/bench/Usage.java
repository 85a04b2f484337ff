package io.meshrpc.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a process has used.
 *
 * @param cpuNs processor time of all its threads, the compiler's and the collector's too
 * @param allocatedBytes bytes on the heap of all Java threads
 */
record Usage(long cpuNs, long allocatedBytes) {
  Usage since(Usage before) {
    return new Usage(cpuNs - before.cpuNs, allocatedBytes - before.allocatedBytes);
  }

  Usage plus(Usage other) {
    return new Usage(cpuNs + other.cpuNs, allocatedBytes + other.allocatedBytes);
  }

  /** In one line. */
  String line() {
    return cpuNs + " " + allocatedBytes;
  }

  static Usage parse(String line) {
    String[] parts = line.split(" ", 2);
    return new Usage(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
  }

  /**
   * Reads what this process has used. From Java 21 on the JVM counts the allocation of threads that
   * have ended; before, what such a thread allocated after the last reading is lost.
   */
  static final class Meter {
    private final OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final @Nullable Method total = totalMethod();
    private final Map<Long, Long> bytesByThread = new HashMap<>();

    synchronized Usage read() {
      return new Usage(system.getProcessCpuTime(), allocatedBytes());
    }

    private long allocatedBytes() {
      if (total != null) {
        try {
          return (long) total.invoke(threads);
        } catch (IllegalAccessException | InvocationTargetException e) {
          throw new IllegalStateException("cannot read the allocation of all threads", e);
        }
      }
      long[] ids = threads.getAllThreadIds();
      long[] bytes = threads.getThreadAllocatedBytes(ids);
      for (int i = 0; i < ids.length; i++) {
        bytesByThread.merge(ids[i], Math.max(0, bytes[i]), Math::max);
      }
      return bytesByThread.values().stream().mapToLong(Long::longValue).sum();
    }

    private static @Nullable Method totalMethod() {
      try {
        return ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes");
      } catch (NoSuchMethodException e) {
        return null; // before Java 21
      }
    }
  }
}
