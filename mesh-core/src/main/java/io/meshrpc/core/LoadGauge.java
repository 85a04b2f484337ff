package io.meshrpc.core;

import io.meshrpc.api.LoadReport;
import io.meshrpc.policy.LatencyByLoad;

/** Counts what a server reports of itself. */
final class LoadGauge {
  private static final long SECOND_NS = 1_000_000_000L;

  private final long startNs;
  private final LatencyByLoad latency = new LatencyByLoad();
  private long completed;
  private long secondNs;
  private int requests;
  private int refused;
  private int refusedPermille;

  LoadGauge(long nowNs) {
    this.startNs = nowNs;
    this.secondNs = nowNs;
  }

  void onCompleted(ServerCall call, boolean well, long nowNs) {
    completed++;
    if (well) {
      latency.add(call.found, nowNs - call.receivedNs, nowNs);
    }
  }

  void onRequest(boolean wasRefused, long nowNs) {
    turnSecond(nowNs);
    requests++;
    refused += wasRefused ? 1 : 0;
  }

  /** One that was let in is refused after all. */
  void onShed() {
    refused++;
  }

  LoadReport report(RequestQueue queue, int running, int workers, long nowNs) {
    turnSecond(nowNs);
    long oldestWaitNs = queue.count() == 0 ? 0 : nowNs - queue.oldestNs();
    return new LoadReport(
        queue.count(),
        running,
        workers,
        (int) Math.min(Integer.MAX_VALUE, oldestWaitNs / 1_000_000),
        completed,
        (nowNs - startNs) / 1_000_000,
        refusedPermille,
        latency.medianNs(queue.count() + running, nowNs) / 1000);
  }

  private void turnSecond(long nowNs) {
    if (nowNs - secondNs < SECOND_NS) {
      return;
    }
    boolean justEnded = nowNs - secondNs < 2 * SECOND_NS;
    refusedPermille =
        justEnded && requests > 0 ? (int) Math.min(1000, 1000L * refused / requests) : 0;
    requests = 0;
    refused = 0;
    secondNs = nowNs;
  }
}
