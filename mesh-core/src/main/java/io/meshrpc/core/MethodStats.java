package io.meshrpc.core;

import io.meshrpc.api.MethodDescriptor;

/** What a server knows of one of its methods: how long it usually runs, how much of it waits. */
final class MethodStats {
  private static final double ALPHA = 0.02; // about the last fifty

  private final MethodDescriptor<?, ?> method;
  private double usualNs;
  int queued;

  MethodStats(MethodDescriptor<?, ?> method) {
    this.method = method;
  }

  MethodDescriptor<?, ?> method() {
    return method;
  }

  void onSuccess(long serviceNs) {
    usualNs = usualNs == 0 ? serviceNs : usualNs + ALPHA * (serviceNs - usualNs);
  }

  /** 0 before the first success. */
  long usualNs() {
    return (long) usualNs;
  }
}
