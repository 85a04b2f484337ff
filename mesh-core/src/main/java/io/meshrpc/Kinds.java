package io.meshrpc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts what happens by its kind, so that what happens all the time does not hide in the log what does not. A kind is
 * a reason up to its first digit.
 */
final class Kinds {
  private static final int COUNT_MAX = 64; // strangers may have a hand in what reasons say
  private static final String OTHERS = "others";

  private final Map<String, AtomicLong> totals = new ConcurrentHashMap<>();

  /** How often it has happened, if it is the first, second, fourth, … time and so worth a line; else 0. */
  long worthALine(String reason) {
    long total = totalOf(kind(reason)).incrementAndGet();
    return Long.bitCount(total) == 1 ? total : 0;
  }

  private AtomicLong totalOf(String kind) {
    AtomicLong known = totals.get(kind);
    if (known != null) {
      return known;
    }
    String counted = totals.size() < COUNT_MAX ? kind : OTHERS;
    return totals.computeIfAbsent(counted, unused -> new AtomicLong());
  }

  private static String kind(String reason) {
    int end = 0;
    while (end < reason.length() && !Character.isDigit(reason.charAt(end))) {
      end++;
    }
    return reason.substring(0, end);
  }
}
