package io.meshrpc.core;

import io.meshrpc.api.MethodDescriptor;

/** What a server knows of one of its methods: how long it usually runs, how much of it waits. */
final class MethodStats {
  private static final long OLD_NS = 10_000_000_000L;
  private static final int OLD_RUNS = 1000; // or so many times what one takes

  private final MethodDescriptor<?, ?> method;
  private final UsualTime usual = new UsualTime();
  private long latestNs; // when the latest success was
  int queued;

  MethodStats(MethodDescriptor<?, ?> method) {
    this.method = method;
  }

  MethodDescriptor<?, ?> method() {
    return method;
  }

  void onSuccess(long serviceNs, long nowNs) {
    if (isOld(nowNs)) {
      usual.restart();
    }
    latestNs = nowNs;
    usual.add(serviceNs);
  }

  /** As far as anything is known; 0 before the first success. */
  long usualNs() {
    return usual.ns();
  }

  /**
   * What clients are told, in microseconds; 0: not known. A server that was slow while it was new, or
   * a while ago, is not to be spared for that by those who would have to call it to know better.
   */
  long usualUs(long nowNs) {
    return !usual.isWarm() || isOld(nowNs) ? 0 : Math.max(1, (usual.ns() + 500) / 1000);
  }

  private boolean isOld(long nowNs) {
    return nowNs - latestNs > Math.max(OLD_NS, OLD_RUNS * usual.ns());
  }
}
