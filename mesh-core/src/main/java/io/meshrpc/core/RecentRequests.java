package io.meshrpc.core;

import io.meshrpc.wire.Response;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A server's memory of one client's calls that have ended, so that a repeat gets the same answer
 * instead of a second execution. Bounded by count, bytes, age and the client's acknowledgement
 * (after RIFL, Lee et al., SOSP 2015).
 */
final class RecentRequests {
  private static final int OVERHEAD_BYTES = 64;

  private final ServerLimits limits;
  private final Map<Long, Entry> bySeq = new HashMap<>();
  private final ArrayDeque<Entry> byAge = new ArrayDeque<>();
  private long bytes;
  private long forgottenMax; // the greatest number forgotten without acknowledgement

  RecentRequests(ServerLimits limits) {
    this.limits = limits;
  }

  /** An answer, or the note that the call was taken back before it came. */
  private record Entry(
      long seq, int attempt, @Nullable Response response, int bytes, long endedNs) {}

  /** Remembers an answer; null says that this attempt and earlier ones must never run. */
  void remember(long seq, int attempt, @Nullable Response response, long nowNs) {
    int size = OVERHEAD_BYTES + (response == null ? 0 : response.payload().length);
    Entry before = bySeq.get(seq);
    int latest = before == null ? attempt : Math.max(before.attempt, attempt);
    Entry entry = new Entry(seq, latest, response, size, nowNs);
    bySeq.put(seq, entry);
    if (before != null) {
      byAge.remove(before);
      bytes -= before.bytes;
    }
    byAge.addLast(entry);
    bytes += size;
    while (byAge.size() > limits.rememberedCountMax() || bytes > limits.rememberedBytesMax()) {
      forgetOldest();
    }
  }

  /** Whether the call has ended, or this attempt was taken back before it came. */
  boolean knows(long seq, int attempt) {
    Entry entry = bySeq.get(seq);
    return entry != null && (entry.response != null || attempt <= entry.attempt);
  }

  /** The remembered answer; null if the call was taken back, or is not known. */
  @Nullable
  Response response(long seq) {
    Entry entry = bySeq.get(seq);
    return entry == null ? null : entry.response;
  }

  /** Whether a call that is not known may have ended and been forgotten. */
  boolean mayHaveForgotten(long seq) {
    return seq <= forgottenMax;
  }

  void acknowledge(long below) {
    while (!byAge.isEmpty() && byAge.getFirst().seq < below) {
      drop(byAge.removeFirst());
    }
  }

  void forgetOlderThan(long momentNs) {
    while (!byAge.isEmpty() && byAge.getFirst().endedNs < momentNs) {
      forgetOldest();
    }
  }

  int count() {
    return byAge.size();
  }

  long bytes() {
    return bytes;
  }

  private void forgetOldest() {
    Entry oldest = byAge.removeFirst();
    forgottenMax = Math.max(forgottenMax, oldest.seq);
    drop(oldest);
  }

  private void drop(Entry entry) {
    bySeq.remove(entry.seq);
    bytes -= entry.bytes;
  }
}
