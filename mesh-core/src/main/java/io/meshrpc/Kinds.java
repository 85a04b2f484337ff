package io.meshrpc;

import io.meshrpc.edge.RareLog;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts what happens by its kind, so that what happens all the time does not hide in the log what does not. A kind is
 * a reason up to its first digit.
 */
final class Kinds {
  private static final int COUNT_MAX = 64; // strangers may have a hand in what reasons say
  private static final String OTHERS = "others";

  private final Map<String, RareLog> known = new ConcurrentHashMap<>();

  /** How often it has happened, if it is the first, second, fourth, … time and so worth a line; else 0. */
  long worthALine(String reason) {
    return of(kind(reason)).worthALine();
  }

  private RareLog of(String kind) {
    RareLog log = known.get(kind);
    if (log != null) {
      return log;
    }
    String counted = known.size() < COUNT_MAX ? kind : OTHERS;
    return known.computeIfAbsent(counted, unused -> new RareLog());
  }

  private static String kind(String reason) {
    int end = 0;
    while (end < reason.length() && !Character.isDigit(reason.charAt(end))) {
      end++;
    }
    return reason.substring(0, end);
  }
}
