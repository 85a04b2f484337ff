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
  private static final int YOUNG_USES = 4096;

  private Ends ends = new Ends();
  private int count;

  /** Something that can stand in one {@link Chain} at a time. */
  abstract static class Link {
    private @Nullable Link before;
    private @Nullable Link after;
  }

  /**
   * Made anew before it is old: to put a new object into an old one G1 must wait for its own memory,
   * see decision 22.
   */
  private static final class Ends {
    private @Nullable Link first;
    private @Nullable Link last;
    private int uses;

    Ends anew() {
      Ends young = new Ends();
      young.first = first;
      young.last = last;
      return young;
    }
  }

  /** Adds one that stands in none. */
  void add(T entry) {
    Link link = entry; // the fields are Link's own
    if (++ends.uses == YOUNG_USES) {
      ends = ends.anew();
    }
    Link last = ends.last;
    link.before = last;
    if (last == null) {
      ends.first = link;
    } else {
      last.after = link;
    }
    ends.last = link;
    count++;
  }

  /** Nothing if it is not there. */
  void remove(T entry) {
    Link link = entry;
    Link before = link.before;
    Link after = link.after;
    if (before != null) {
      before.after = after;
    } else if (ends.first == link) {
      ends.first = after;
    } else {
      return;
    }
    if (after == null) {
      ends.last = before;
    } else {
      after.before = before;
    }
    link.before = null;
    link.after = null;
    count--;
  }

  /** The one that has been there for longest; null if there is none. */
  @SuppressWarnings("unchecked") // only T ever came in
  @Nullable
  T first() {
    return (T) ends.first;
  }

  /** The one that came last; null if there is none. */
  @SuppressWarnings("unchecked") // as above
  @Nullable
  T last() {
    return (T) ends.last;
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
    for (Link link = ends.first; link != null; link = link.after) {
      all.add((T) link);
    }
    return all;
  }
}
