package zmq.util;

import java.util.concurrent.TimeUnit;

/**
 * Stands in for JeroMQ's class of this name: its milliseconds are of a clock that nobody sets. JeroMQ's
 * are those of the wall, by which it counts how long it still waits: where the clock is set back by an
 * hour, a wait of a second lasts an hour.
 *
 * <p>Not on the class path under this name; see {@code io.meshrpc.zmq.JeroMqCure}.
 */
public final class Clock {
  private Clock() {}

  public static long nowMS() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  public static long nowUS() {
    return TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
  }

  public static long nowNS() {
    return System.nanoTime();
  }

  public static long rdtsc() {
    return 0;
  }
}
