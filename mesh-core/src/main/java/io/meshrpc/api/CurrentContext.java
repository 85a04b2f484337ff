package io.meshrpc.api;

import org.jspecify.annotations.Nullable;

/** Holds the context of the handler that runs in a thread. */
final class CurrentContext {
  private static final ThreadLocal<CurrentContext> HERE =
      ThreadLocal.withInitial(CurrentContext::new); // one for each thread, and none for each call

  @Nullable
  CallContext context;

  private CurrentContext() {}

  static CurrentContext here() {
    return HERE.get();
  }
}
