package io.meshrpc.core;

import io.meshrpc.api.LoadReport;
import io.meshrpc.policy.LatencyByLoad;

/** Counts what a server reports of itself. */
final class LoadGauge {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long OLDEST_FRESH_NS = 5_000_000L; // finding the oldest costs a walk

  private final int workers;
  private final long startNs;
  private final LatencyByLoad latency = new LatencyByLoad();
  private long completed;
  private long secondNs;
  private int requests;
  private int refused;
  private int refusedPermille;
  private long oldestNs = Long.MAX_VALUE;
  private long oldestAtNs = Long.MIN_VALUE / 2;

  LoadGauge(int workers, long nowNs) {
    this.workers = workers;
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

  LoadReport report(RequestQueue queue, int running, long nowNs) {
    turnSecond(nowNs);
    return new LoadReport(
        queue.count(),
        running,
        workers,
        (int) Math.min(Integer.MAX_VALUE, oldestWaitNs(queue, nowNs) / 1_000_000),
        completed,
        (nowNs - startNs) / 1_000_000,
        refusedPermille,
        latency.medianNs(queue.count() + running, nowNs) / 1000);
  }

  private long oldestWaitNs(RequestQueue queue, long nowNs) {
    if (queue.count() == 0) {
      return 0;
    }
    if (nowNs - oldestAtNs > OLDEST_FRESH_NS) {
      oldestAtNs = nowNs;
      oldestNs = queue.oldestNs();
    }
    return oldestNs == Long.MAX_VALUE ? 0 : nowNs - oldestNs;
  }

  private void turnSecond(long nowNs) {
    if (nowNs - secondNs < SECOND_NS) {
      return;
    }
    boolean justEnded = nowNs - secondNs < 2 * SECOND_NS;
    refusedPermille = justEnded && requests > 0 ? (int) (1000L * refused / requests) : 0;
    requests = 0;
    refused = 0;
    secondNs = nowNs;
  }
}
