package io.meshrpc;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Remembers what was said of late, so that it is not said again and again. */
final class Complaints {
  private static final long AGAIN_NS = 60_000_000_000L;
  private static final int COUNT_MAX = 256;

  private final Map<String, Long> saidNs = new LinkedHashMap<>(); // longest ago first

  /** Whether this was not said in the last minute; if so it counts as said. */
  synchronized boolean isNew(String text, long nowNs) {
    Long before = saidNs.get(text);
    if (before != null && nowNs - before < AGAIN_NS) {
      return false;
    }
    saidNs.remove(text);
    if (saidNs.size() >= COUNT_MAX && !forgetOld(nowNs)) {
      return false; // too many at once to name each
    }
    saidNs.put(text, nowNs);
    return true;
  }

  private boolean forgetOld(long nowNs) {
    Iterator<Long> all = saidNs.values().iterator();
    boolean found = false;
    while (all.hasNext() && nowNs - all.next() >= AGAIN_NS) {
      all.remove();
      found = true;
    }
    return found;
  }
}
