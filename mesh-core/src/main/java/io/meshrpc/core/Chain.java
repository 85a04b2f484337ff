package io.meshrpc.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Things in the order in which they came; any may leave at once. They are the list's own links, so that
 * it costs no object.
 *
 * @param <T> what is in order
 */
final class Chain<T extends Chain.Link> {
  private @Nullable Link first;
  private @Nullable Link last;
  private int count;

  /** Something that can stand in one {@link Chain} at a time. */
  abstract static class Link {
    private @Nullable Link before;
    private @Nullable Link after;
    private boolean isLinked;
  }

  /** Adds one that stands in none. */
  void add(T entry) {
    Link link = entry; // the fields are Link's own
    link.before = last;
    if (last == null) {
      first = link;
    } else {
      last.after = link;
    }
    last = link;
    link.isLinked = true;
    count++;
  }

  /** Nothing if it is not there. */
  void remove(T entry) {
    Link link = entry;
    if (!link.isLinked) {
      return;
    }
    Link before = link.before;
    Link after = link.after;
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
    link.before = null;
    link.after = null;
    link.isLinked = false;
    count--;
  }

  /** The one that has been there for longest; null if there is none. */
  @SuppressWarnings("unchecked") // only T ever came in
  @Nullable
  T first() {
    return (T) first;
  }

  boolean isEmpty() {
    return count == 0;
  }

  int size() {
    return count;
  }

  /** A list of its own, which stays as it is while some leave. */
  @SuppressWarnings("unchecked") // as above
  List<T> all() {
    List<T> all = new ArrayList<>(count);
    for (Link link = first; link != null; link = link.after) {
      all.add((T) link);
    }
    return all;
  }
}
