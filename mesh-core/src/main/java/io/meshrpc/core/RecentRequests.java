package io.meshrpc.core;

import io.meshrpc.wire.Response;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A server's memory of one client's calls that have ended, so that a repeat gets the same answer
 * instead of a second execution. Bounded by count, bytes, age and the client's acknowledgement
 * (after RIFL, Lee et al., SOSP 2015).
 */
final class RecentRequests {
  private static final int OVERHEAD_BYTES = 64;

  private final ServerLimits limits;
  private final Map<Long, Entry> entries = new LinkedHashMap<>(); // by seq, oldest first
  private final TreeSet<Long> seqs = new TreeSet<>();
  private long bytes;
  private long forgottenMax; // the greatest number forgotten without acknowledgement

  /** Empty; numbers up to {@code forgottenMax} count as forgotten. */
  RecentRequests(ServerLimits limits, long forgottenMax) {
    this.limits = limits;
    this.forgottenMax = forgottenMax;
  }

  /** An answer, or the note that the call was taken back before it came, up to this attempt. */
  private record Entry(
      long seq, int attempt, @Nullable Response response, long bytes, long endedNs) {}

  /** Remembers an answer. */
  void remember(Response answer, long nowNs) {
    long size = (long) OVERHEAD_BYTES
        + answer.payload().length
        + answer.text().length()
        + answer.metadata().bytes();
    if (size > limits.rememberedBytesMax()) {
      drop(answer.seq());
      forgottenMax = Math.max(forgottenMax, answer.seq()); // it alone, not all the others
      return;
    }
    keep(new Entry(answer.seq(), answer.attempt(), answer, size, nowNs));
  }

  /** Remembers that this attempt and earlier ones must never run. */
  void revoke(long seq, int attempt, long nowNs) {
    Entry before = entries.get(seq);
    int upTo = before == null ? attempt : Math.max(attempt, before.attempt);
    keep(new Entry(seq, upTo, null, OVERHEAD_BYTES, nowNs));
  }

  /** Whether this attempt was taken back before it came. */
  boolean isRevoked(long seq, int attempt) {
    Entry entry = entries.get(seq);
    return entry != null && entry.response == null && attempt <= entry.attempt;
  }

  /** The remembered answer; null if the call was taken back, or is not known. */
  @Nullable
  Response response(long seq) {
    Entry entry = entries.get(seq);
    return entry == null ? null : entry.response;
  }

  /** Whether nothing is known of the call, and it may have ended and been forgotten. */
  boolean mayHaveForgotten(long seq) {
    return seq >= 1 && seq <= forgottenMax && !entries.containsKey(seq);
  }

  /** The greatest number that was forgotten without acknowledgement; 0 if none was. */
  long forgottenMax() {
    return forgottenMax;
  }

  void acknowledge(long below) {
    while (!seqs.isEmpty() && seqs.first() < below) {
      drop(seqs.first());
    }
  }

  void forgetOlderThan(long momentNs) {
    while (!entries.isEmpty() && oldest().endedNs < momentNs) {
      forgetOldest();
    }
  }

  int count() {
    return entries.size();
  }

  long bytes() {
    return bytes;
  }

  private void keep(Entry entry) {
    drop(entry.seq);
    entries.put(entry.seq, entry);
    seqs.add(entry.seq);
    bytes += entry.bytes;
    while (entries.size() > limits.rememberedCountMax() || bytes > limits.rememberedBytesMax()) {
      forgetOldest();
    }
  }

  private Entry oldest() {
    Iterator<Entry> all = entries.values().iterator();
    return all.next();
  }

  private void forgetOldest() {
    long seq = oldest().seq;
    forgottenMax = Math.max(forgottenMax, seq);
    drop(seq);
  }

  private void drop(long seq) {
    Entry entry = entries.remove(seq);
    if (entry != null) {
      seqs.remove(seq);
      bytes -= entry.bytes;
    }
  }
}
