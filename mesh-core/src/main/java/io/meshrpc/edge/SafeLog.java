package io.meshrpc.edge;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Logs and never throws: whoever logs may be a node's loop, or a thread of JeroMQ, which must not end for that. A
 * logger fails without file descriptors, for one, or if the text of what it logs does.
 */
public final class SafeLog {
  private static final System.Logger LOG = System.getLogger("io.meshrpc");

  private SafeLog() {}

  /** Warns. */
  public static void warn(String text) {
    log(Level.WARNING, text, null);
  }

  /** Logs what was thrown, or at least its class. */
  public static void log(Level level, String text, @Nullable Throwable thrown) {
    try {
      LOG.log(level, text, thrown);
    } catch (Throwable e) {
      logClass(level, text, thrown);
    }
  }

  /** For who looks closely. */
  public static void debug(Supplier<String> text) {
    try {
      LOG.log(Level.DEBUG, text);
    } catch (Throwable e) {
      // nobody has asked for it
    }
  }

  private static void logClass(Level level, String text, @Nullable Throwable thrown) {
    try {
      String name = thrown == null ? "" : ": " + thrown.getClass().getName();
      LOG.log(level, text + name + ", which cannot be logged");
    } catch (Throwable e) {
      // there is nobody left to tell
    }
  }
}
