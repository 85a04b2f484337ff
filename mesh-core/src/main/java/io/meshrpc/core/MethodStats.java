package io.meshrpc.core;

import io.meshrpc.api.MethodDescriptor;

/** What a server knows of one of its methods: how long it usually runs, how much of it waits. */
final class MethodStats {
  private final MethodDescriptor<?, ?> method;
  private final UsualTime usual = new UsualTime();
  int queued;

  MethodStats(MethodDescriptor<?, ?> method) {
    this.method = method;
  }

  MethodDescriptor<?, ?> method() {
    return method;
  }

  void onSuccess(long serviceNs) {
    usual.add(serviceNs);
  }

  /** 0 before the first success. */
  long usualNs() {
    return usual.ns();
  }
}
