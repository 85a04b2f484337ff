package io.meshrpc.core;

import io.meshrpc.wire.Numbered;
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
  private final SeqTable<Numbered> known = new SeqTable<>(); // a Response of a handler, or a Note
  private final Ages answers = new Ages(this::isAnswered);
  private final Chain<Note> notes = new Chain<>(); // oldest first
  private long latestNs = Long.MIN_VALUE; // when the latest of both came
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

  /** The call was taken back before it came, up to this attempt. */
  private static final class Note extends Chain.Link implements Numbered {
    final long seq;
    final int attempt;
    final long madeNs;

    Note(long seq, int attempt, long madeNs) {
      this.seq = seq;
      this.attempt = attempt;
      this.madeNs = madeNs;
    }

    @Override
    public long seq() {
      return seq;
    }
  }

  /** Remembers an answer, the only one to this call. */
  void remember(Response answer, long nowNs) {
    long seq = answer.seq();
    drop(known.get(seq));
    long size = bytes(answer);
    if (size > limits.rememberedBytesMax()) {
      forgottenMax = Math.max(forgottenMax, seq); // it alone, not all the others
    } else if (seq >= acknowledgedBelow) {
      answers.add(seq, inOrder(nowNs));
      keep(answer, size);
    }
  }

  /** Remembers that this attempt and earlier ones must never run. */
  void revoke(long seq, int attempt, long nowNs) {
    Numbered before = known.get(seq);
    int upTo = before instanceof Note earlier ? Math.max(attempt, earlier.attempt) : attempt;
    drop(before);
    if (seq >= acknowledgedBelow) {
      Note note = new Note(seq, upTo, inOrder(nowNs));
      notes.add(note);
      keep(note, OVERHEAD_BYTES);
    }
  }

  /** Whether this attempt was taken back before it came. */
  boolean isRevoked(long seq, int attempt) {
    return known.get(seq) instanceof Note note && attempt <= note.attempt;
  }

  /** The greatest number of what is known, or was; 0 if nothing ever was. */
  long keptMax() {
    return keptMax;
  }

  /** The remembered answer; null if the call was taken back, or is not known. */
  @Nullable
  Response response(long seq) {
    return known.get(seq) instanceof Response answer ? answer : null;
  }

  private boolean isAnswered(long seq) {
    return known.get(seq) instanceof Response;
  }

  /**
   * Whether nothing is known of the call, and what must not run once more may have been forgotten.
   *
   * @param idempotent it may run again if it has run, but not if it was taken back
   */
  boolean mayHaveForgotten(long seq, boolean idempotent) {
    return idempotent
        ? seq <= revokedForgottenMax && known.get(seq) == null
        : mayHaveForgotten(seq);
  }

  /** Whether nothing is known of the call, and it may have ended and been forgotten. */
  boolean mayHaveForgotten(long seq) {
    return seq >= 1 && seq <= forgottenMax && known.get(seq) == null;
  }

  /** The greatest number that was forgotten without acknowledgement; 0 if none was. */
  long forgottenMax() {
    return forgottenMax;
  }

  /** The client needs no answer of a smaller number any more, and will not ask for one. */
  void acknowledge(long below) {
    long from = acknowledgedBelow;
    acknowledgedBelow = Math.max(from, below);
    if (below - from <= known.count()) {
      for (long seq = from; seq < below; seq++) {
        drop(known.get(seq));
      }
      return;
    }
    for (Numbered one : known.all()) {
      if (one.seq() < below) {
        drop(one);
      }
    }
  }

  void forgetOlderThan(long momentNs) {
    while (Math.min(oldestNoteNs(), answers.firstNs()) < momentNs) {
      forgetOldest();
    }
  }

  int count() {
    return known.count();
  }

  long bytes() {
    return bytes;
  }

  /** No two at the same moment: so it is known which came first. */
  private long inOrder(long nowNs) {
    latestNs = Math.max(nowNs, latestNs + 1);
    return latestNs;
  }

  private void keep(Numbered one, long size) {
    keptMax = Math.max(keptMax, one.seq());
    known.add(one);
    bytes += size;
    while (isTooMuch()) {
      forgetOldest();
    }
  }

  private static long bytes(Numbered one) {
    return OVERHEAD_BYTES + (one instanceof Response answer ? answer.bytes() : 0);
  }

  private boolean isTooMuch() {
    return known.count() > limits.rememberedCountMax() || bytes > limits.rememberedBytesMax();
  }

  private long oldestNoteNs() {
    Note oldest = notes.first();
    return oldest == null ? Long.MAX_VALUE : oldest.madeNs;
  }

  private void forgetOldest() {
    Note note = notes.first();
    if (note != null && note.madeNs < answers.firstNs()) {
      forgottenMax = Math.max(forgottenMax, note.seq);
      revokedForgottenMax = forgottenMax;
      drop(note);
    } else if (!answers.isEmpty()) { // which leaves one at the front that is still known
      long seq = answers.removeFirst();
      forgottenMax = Math.max(forgottenMax, seq);
      drop(known.get(seq));
    }
  }

  private void drop(@Nullable Numbered one) {
    if (one == null) {
      return;
    }
    known.remove(one);
    bytes -= bytes(one);
    if (one instanceof Note note) {
      notes.remove(note);
    }
  }
}
