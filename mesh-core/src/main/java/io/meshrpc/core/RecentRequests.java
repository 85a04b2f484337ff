package io.meshrpc.core;

import io.meshrpc.wire.Response;
import org.jspecify.annotations.Nullable;

/**
 * A server's memory of one client's calls that have ended, so that a repeat gets the same answer
 * instead of a second execution. Bounded by count, bytes, age and the client's acknowledgement
 * (after RIFL, Lee et al., SOSP 2015).
 */
final class RecentRequests {
  private static final int OVERHEAD_BYTES = 64;

  private final ServerLimits limits;
  private final SeqTable<Entry> entries = new SeqTable<>();
  private final Chain<Entry> byAge = new Chain<>();
  private long acknowledgedBelow;
  private long bytes;
  private long forgottenMax; // the greatest number forgotten without acknowledgement
  private long keptMax; // the greatest number that was ever kept
  private long revokedForgottenMax; // of those that were taken back before they came

  /** Empty; numbers up to {@code forgottenMax} count as forgotten. */
  RecentRequests(ServerLimits limits, long forgottenMax) {
    this.limits = limits;
    this.forgottenMax = forgottenMax;
    this.revokedForgottenMax = forgottenMax;
  }

  /** An answer, or the note that the call was taken back before it came, up to this attempt. */
  private static final class Entry extends Chain.Link implements SeqTable.Numbered {
    final long seq;
    final int attempt;
    final @Nullable Response response;
    final long bytes;
    final long endedNs;

    Entry(long seq, int attempt, @Nullable Response response, long bytes, long endedNs) {
      this.seq = seq;
      this.attempt = attempt;
      this.response = response;
      this.bytes = bytes;
      this.endedNs = endedNs;
    }

    @Override
    public long seq() {
      return seq;
    }
  }

  /** Remembers an answer. */
  void remember(Response answer, long nowNs) {
    long size = OVERHEAD_BYTES + answer.bytes();
    if (size > limits.rememberedBytesMax()) {
      drop(entries.get(answer.seq()));
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

  /** The greatest number of what is known, or was; 0 if nothing ever was. */
  long keptMax() {
    return keptMax;
  }

  /** The remembered answer; null if the call was taken back, or is not known. */
  @Nullable
  Response response(long seq) {
    Entry entry = entries.get(seq);
    return entry == null ? null : entry.response;
  }

  /**
   * Whether nothing is known of the call, and what must not run once more may have been forgotten.
   *
   * @param idempotent it may run again if it has run, but not if it was taken back
   */
  boolean mayHaveForgotten(long seq, boolean idempotent) {
    return idempotent
        ? seq <= revokedForgottenMax && entries.get(seq) == null
        : mayHaveForgotten(seq);
  }

  /** Whether nothing is known of the call, and it may have ended and been forgotten. */
  boolean mayHaveForgotten(long seq) {
    return seq >= 1 && seq <= forgottenMax && entries.get(seq) == null;
  }

  /** The greatest number that was forgotten without acknowledgement; 0 if none was. */
  long forgottenMax() {
    return forgottenMax;
  }

  /** The client needs no answer of a smaller number any more, and will not ask for one. */
  void acknowledge(long below) {
    long from = acknowledgedBelow;
    acknowledgedBelow = Math.max(from, below);
    if (below - from <= entries.count()) {
      for (long seq = from; seq < below; seq++) {
        drop(entries.get(seq));
      }
      return;
    }
    for (Entry entry : byAge.all()) {
      if (entry.seq < below) {
        drop(entry);
      }
    }
  }

  void forgetOlderThan(long momentNs) {
    Entry oldest;
    while ((oldest = byAge.first()) != null && oldest.endedNs < momentNs) {
      forget(oldest);
    }
  }

  int count() {
    return entries.count();
  }

  long bytes() {
    return bytes;
  }

  private void keep(Entry entry) {
    drop(entries.get(entry.seq));
    if (entry.seq < acknowledgedBelow) {
      return;
    }
    keptMax = Math.max(keptMax, entry.seq);
    entries.add(entry);
    byAge.add(entry);
    bytes += entry.bytes;
    Entry oldest;
    while ((oldest = byAge.first()) != null && isTooMuch()) {
      forget(oldest);
    }
  }

  private boolean isTooMuch() {
    return entries.count() > limits.rememberedCountMax() || bytes > limits.rememberedBytesMax();
  }

  private void forget(Entry entry) {
    forgottenMax = Math.max(forgottenMax, entry.seq);
    if (entry.response == null) {
      revokedForgottenMax = forgottenMax;
    }
    drop(entry);
  }

  private void drop(@Nullable Entry entry) {
    if (entry == null) {
      return;
    }
    entries.remove(entry);
    bytes -= entry.bytes;
    byAge.remove(entry);
  }
}
