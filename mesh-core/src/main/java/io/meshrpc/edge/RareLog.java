package io.meshrpc.edge;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Logs what may happen at every call: the first, second, fourth, … time, so that it does not fill the log. */
public final class RareLog {
  private final AtomicLong total = new AtomicLong();

  /** Warns of it and says how often it has happened. */
  public void warn(String what, @Nullable Throwable thrown) {
    long times = worthALine();
    if (times > 0) {
      SafeLog.log(Level.WARNING, what + ", " + times + " times", thrown);
    }
  }

  /** It has happened once more: how often, if that is worth a line, or else 0. */
  public long worthALine() {
    long times = total.incrementAndGet();
    return Long.bitCount(times) == 1 ? times : 0;
  }
}
