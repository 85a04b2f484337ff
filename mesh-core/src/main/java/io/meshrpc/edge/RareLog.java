package io.meshrpc.edge;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Logs what may happen at every call: the first, second, fourth, … time, so that it does not fill the log. */
public final class RareLog {
  private static final System.Logger LOG = System.getLogger("io.meshrpc");

  private final AtomicLong total = new AtomicLong();

  /** Warns of it and says how often it has happened. */
  public void warn(String what, @Nullable Throwable thrown) {
    long times = total.incrementAndGet();
    if (Long.bitCount(times) != 1) {
      return;
    }
    String text = what + ", " + times + " times";
    try {
      LOG.log(Level.WARNING, text, thrown);
    } catch (Throwable e) { // its text fails, or the logger does
      logClass(text, thrown);
    }
  }

  private static void logClass(String text, @Nullable Throwable thrown) {
    try {
      String name = thrown == null ? "" : thrown.getClass().getName();
      LOG.log(Level.WARNING, text + ": " + name + ", which cannot be logged");
    } catch (Throwable e) {
      // there is nobody left to tell
    }
  }
}
