package io.meshrpc.bench;

import java.util.Arrays;

/**
 * When calls ended, how long they took, and whether they failed, in 12 bytes a call. Owned by one
 * thread at a time.
 */
final class CallLog {
  private long[] endsUs = new long[1024];
  private int[] tookUs = new int[1024]; // negative: failed
  private int count;

  /** One call ended, this long after the beginning of the log. */
  void add(long endUs, long spanUs, boolean success) {
    if (count == endsUs.length) {
      endsUs = Arrays.copyOf(endsUs, count * 2);
      tookUs = Arrays.copyOf(tookUs, count * 2);
    }
    int took = (int) Math.min(Math.max(spanUs, 1), Integer.MAX_VALUE);
    endsUs[count] = endUs;
    tookUs[count++] = success ? took : -took;
  }

  void addAll(CallLog other) {
    for (int i = 0; i < other.count; i++) {
      add(other.endsUs[i], other.tookUs(i), other.succeeded(i));
    }
  }

  int count() {
    return count;
  }

  long endUs(int index) {
    return endsUs[index];
  }

  long tookUs(int index) {
    return Math.abs((long) tookUs[index]);
  }

  boolean succeeded(int index) {
    return tookUs[index] > 0;
  }
}
