package io.meshrpc.policy;

import io.meshrpc.api.PeerView;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The freshest reports of at most sixteen servers, for one method; one report for each server. What
 * was chosen counts at once, until the server's next report. Nothing is allocated after the start.
 */
final class ProbePool {
  static final int SIZE = 16;

  private final Entry[] entries = new Entry[SIZE]; // the first `count` are in use, in no order
  private final long[] sorted = new long[SIZE];
  private int count;
  private long medianNs; // of usualNs; 0 if nobody knows
  private boolean medianKnown = true;

  ProbePool() {
    Arrays.setAll(entries, any -> new Entry());
  }

  /** What a server said, and what was chosen since. */
  static final class Entry {
    @Nullable
    PeerView peer; // null while not in use

    long atNs;
    long usualNs; // 0: not known
    long latencyNs; // at the server's load then; 0: not known
    int inServer; // requests, with those that were sent since
    int workers;
    int uses; // choices since
    long turn; // of the latest choice, counted by the balancer; 0: none
  }

  int count() {
    return count;
  }

  Entry entry(int index) {
    return entries[index];
  }

  /** Keeps a report in place of the server's former one, or of the oldest if the pool is full. */
  void add(PeerView peer, long usualNs, long nowNs) {
    Entry entry = find(peer);
    if (entry == null) {
      entry = count < SIZE ? entries[count++] : entries[oldest()];
      entry.turn = 0;
      entry.peer = peer; // not what is there already: G1 waits for each store into something old
    }
    entry.atNs = nowNs;
    entry.usualNs = usualNs;
    entry.latencyNs = peer.load().latencyUs() * 1000;
    entry.inServer = peer.load().inServer();
    entry.workers = Math.max(1, peer.load().workers());
    entry.uses = 0;
    medianKnown = false;
  }

  @Nullable
  Entry find(PeerView peer) {
    for (int i = 0; i < count; i++) {
      if (entries[i].peer == peer) {
        return entries[i];
      }
    }
    return null;
  }

  void remove(PeerView peer) {
    for (int i = 0; i < count; i++) {
      if (entries[i].peer == peer) {
        removeAt(i);
        return;
      }
    }
  }

  void removeAt(int index) {
    Entry gone = entries[index];
    gone.peer = null;
    entries[index] = entries[--count];
    entries[count] = gone;
    medianKnown = false;
  }

  void dropOlderThan(long momentNs) {
    for (int i = count - 1; i >= 0; i--) {
      if (entries[i].atNs < momentNs) {
        removeAt(i);
      }
    }
  }

  /** The place of the oldest report; -1 if there is none. */
  int oldest() {
    int oldest = count == 0 ? -1 : 0;
    for (int i = 1; i < count; i++) {
      if (entries[i].atNs < entries[oldest].atNs) {
        oldest = i;
      }
    }
    return oldest;
  }

  /** The median of what calls usually take, over the servers that know; 0 if none does. */
  long medianNs() {
    if (!medianKnown) {
      int known = 0;
      for (int i = 0; i < count; i++) {
        if (entries[i].usualNs > 0) {
          sorted[known++] = entries[i].usualNs;
        }
      }
      Arrays.sort(sorted, 0, known);
      medianNs = known == 0 ? 0 : sorted[(known - 1) / 2];
      medianKnown = true;
    }
    return medianNs;
  }
}
