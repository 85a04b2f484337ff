package io.meshrpc.api;

import org.jspecify.annotations.Nullable;

/**
 * Holds the context of the handler that runs in a thread: one for each thread, and none for each call. It is made
 * anew before it is old, for G1 waits where something new is put into something old.
 */
final class CurrentContext {
  private static final int USES_MAX = 4096;
  private static final ThreadLocal<CurrentContext> HERE =
      ThreadLocal.withInitial(CurrentContext::new);

  private @Nullable CallContext context;
  private int depth; // how many will still put back into this one what was there before
  private int uses;

  private CurrentContext() {}

  static @Nullable CallContext context() {
    return HERE.get().context;
  }

  /** That of this thread, for an {@link #enter} that follows at once. */
  static CurrentContext here() {
    CurrentContext here = HERE.get();
    if (here.depth == 0 && ++here.uses > USES_MAX) {
      here = new CurrentContext();
      HERE.set(here);
    }
    return here;
  }

  /** Makes a context current, or none; returns the former one, with which to {@link #leave}. */
  @Nullable
  CallContext enter(@Nullable CallContext next) {
    CallContext before = context;
    context = next;
    depth++;
    return before;
  }

  void leave(@Nullable CallContext before) {
    context = before;
    depth--;
  }
}
