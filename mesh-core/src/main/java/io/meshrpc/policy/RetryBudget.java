package io.meshrpc.policy;

/**
 * Keeps retries a small share of calls: each success brings a tenth of a retry, each second brings
 * one, and no more than ten are in store (after Finagle's retry budget).
 */
public final class RetryBudget {
  private static final long RETRY = 1_000_000_000L; // a nanosecond brings 1, so that sums are exact
  private static final long PER_SUCCESS = RETRY / 10;
  private static final long STORE_MAX = 10 * RETRY;

  private long store = STORE_MAX;
  private long filledNs = Long.MIN_VALUE; // until first asked

  /** A call succeeded. */
  public void onSuccess() {
    store = Math.min(STORE_MAX, store + PER_SUCCESS);
  }

  /** Takes one retry; false if none is in store. */
  public boolean tryTake(long nowNs) {
    long spanNs = filledNs == Long.MIN_VALUE ? 0 : Math.max(0, nowNs - filledNs);
    store = Math.min(STORE_MAX, store + Math.min(STORE_MAX, spanNs));
    filledNs = nowNs;
    if (store < RETRY) {
      return false;
    }
    store -= RETRY;
    return true;
  }
}
