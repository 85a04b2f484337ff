package io.meshrpc.edge;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Logs what may happen at every call: the first, second, fourth, … time, so that it does not fill the log. */
public final class RareLog {
  private final AtomicLong total = new AtomicLong();

  /** Warns of it and says how often it has happened. */
  public void warn(String what, @Nullable Throwable thrown) {
    long times = total.incrementAndGet();
    if (Long.bitCount(times) != 1) {
      return;
    }
    SafeLog.log(Level.WARNING, what + ", " + times + " times", thrown);
  }
}
