package io.meshrpc.core;

import org.jspecify.annotations.Nullable;

/** Calls that wait, in the order in which they came; any may leave at once. */
final class ByAge {
  private @Nullable ServerCall oldest;
  private @Nullable ServerCall newest;

  void add(ServerCall call) {
    ServerCall before = newest;
    call.older = before;
    if (before == null) {
      oldest = call;
    } else {
      before.newer = call;
    }
    newest = call;
  }

  void remove(ServerCall call) {
    ServerCall before = call.older;
    ServerCall after = call.newer;
    if (before == null) {
      oldest = after;
    } else {
      before.newer = after;
    }
    if (after == null) {
      newest = before;
    } else {
      after.older = before;
    }
    call.older = null;
    call.newer = null;
  }

  @Nullable
  ServerCall oldest() {
    return oldest;
  }
}
