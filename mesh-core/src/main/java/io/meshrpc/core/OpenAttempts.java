package io.meshrpc.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is under way at one server, in the order of sending. The attempts are the list's own links. */
final class OpenAttempts {
  private @Nullable Attempt first;
  private @Nullable Attempt last;
  private int count;

  void add(Attempt attempt) {
    attempt.before = last;
    if (last == null) {
      first = attempt;
    } else {
      last.after = attempt;
    }
    last = attempt;
    attempt.isListed = true;
    count++;
  }

  /** Nothing if it is not in the list. */
  void remove(Attempt attempt) {
    if (!attempt.isListed) {
      return;
    }
    Attempt before = attempt.before;
    Attempt after = attempt.after;
    if (before == null) {
      first = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.before = before;
    }
    attempt.before = null;
    attempt.after = null;
    attempt.isListed = false;
    count--;
  }

  /** The one that was sent first; null if there is none. */
  @Nullable
  Attempt first() {
    return first;
  }

  boolean isEmpty() {
    return count == 0;
  }

  int size() {
    return count;
  }

  /** A list of its own, which stays as it is while attempts end. */
  List<Attempt> all() {
    List<Attempt> all = new ArrayList<>(count);
    for (Attempt attempt = first; attempt != null; attempt = attempt.after) {
      all.add(attempt);
    }
    return all;
  }
}
