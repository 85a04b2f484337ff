package io.meshrpc.core;

import java.util.Arrays;

/**
 * How many calls went well at a server of late. The window slides by a tenth of its span; nothing is
 * allocated after the start.
 */
final class SuccessWindow {
  private static final int BUCKETS = 10;

  private final long bucketNs;
  private final int[] good = new int[BUCKETS];
  private final int[] bad = new int[BUCKETS];
  private int goodSum;
  private int badSum;
  private long bucket = Long.MIN_VALUE; // the present one, counted from the beginning of time
  private int place; // of the present one
  private long endNs = Long.MIN_VALUE; // of the present one; who comes before it divides nothing

  SuccessWindow(long spanNs) {
    this.bucketNs = Math.max(1, spanNs / BUCKETS);
  }

  void add(boolean well, long nowNs) {
    slideTo(nowNs);
    if (well) {
      good[place]++;
      goodSum++;
    } else {
      bad[place]++;
      badSum++;
    }
  }

  /** How many calls there are. */
  int count(long nowNs) {
    slideTo(nowNs);
    return goodSum + badSum;
  }

  /** How many of them went well. */
  int goodCount(long nowNs) {
    slideTo(nowNs);
    return goodSum;
  }

  /** The share of them that went well; 1 if there are none. */
  double share(long nowNs) {
    int all = count(nowNs);
    return all == 0 ? 1 : (double) goodSum / all;
  }

  /** What was is void. */
  void clear() {
    Arrays.fill(good, 0);
    Arrays.fill(bad, 0);
    goodSum = 0;
    badSum = 0;
  }

  private void slideTo(long nowNs) {
    if (nowNs < endNs) {
      return;
    }
    long present = Math.floorDiv(nowNs, bucketNs);
    if (bucket == Long.MIN_VALUE || present - bucket >= BUCKETS) {
      clear();
      bucket = present;
    }
    while (bucket < present) {
      int next = Math.floorMod(++bucket, BUCKETS);
      goodSum -= good[next];
      badSum -= bad[next];
      good[next] = 0;
      bad[next] = 0;
    }
    place = Math.floorMod(bucket, BUCKETS);
    endNs = (bucket + 1) * bucketNs;
  }
}
