package io.meshrpc.sim.balance;

import java.util.Arrays;

/** Counts the calls that are measured. */
final class Tally {
  private long[] latenciesNs = new long[1 << 16];
  private int count;
  private long due; // calls that were to be measured
  private long faults;
  private long timeouts;
  private long messages; // of all calls and probes while measuring
  private boolean sorted;

  void onDue() {
    due++;
  }

  void onMessage() {
    messages++;
  }

  void onSuccess(long latencyNs) {
    add(latencyNs);
  }

  /** A call that timed out counts with its deadline. */
  void onTimeout(long deadlineNs) {
    timeouts++;
    add(deadlineNs);
  }

  /** A call that failed has no latency. */
  void onFault() {
    faults++;
  }

  long due() {
    return due;
  }

  long ended() {
    return count + faults;
  }

  /** The latency that this share of calls does not exceed, in milliseconds; NaN without calls. */
  double quantileMs(double share) {
    if (count == 0) {
      return Double.NaN;
    }
    if (!sorted) {
      Arrays.sort(latenciesNs, 0, count);
      sorted = true;
    }
    int place = (int) Math.ceil(share * count) - 1;
    return latenciesNs[Math.max(0, place)] / 1e6;
  }

  double meanMs() {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += latenciesNs[i];
    }
    return sum / count / 1e6;
  }

  double errorRate() {
    return due == 0 ? 0 : (double) (faults + timeouts) / due;
  }

  double messagesPerRequest() {
    return due == 0 ? 0 : (double) messages / due;
  }

  private void add(long latencyNs) {
    if (count == latenciesNs.length) {
      latenciesNs = Arrays.copyOf(latenciesNs, 2 * count);
    }
    latenciesNs[count++] = latencyNs;
    sorted = false;
  }
}
