package io.meshrpc.api;

import org.jspecify.annotations.Nullable;

/** Holds the context of the handler that runs in a thread. */
final class CurrentContext {
  static final ThreadLocal<@Nullable CallContext> HERE = new ThreadLocal<>();

  private CurrentContext() {}

  static void restore(@Nullable CallContext before) {
    HERE.set(before); // to remove it would cost the next call in this thread an entry
  }
}
