package io.meshrpc.policy;

/**
 * Keeps retries a small share of calls: each success brings a tenth of a retry, each second brings
 * one, and no more than ten are in store (after Finagle's retry budget).
 */
public final class RetryBudget {
  private static final double PER_SUCCESS = 0.1;
  private static final double STORE_MAX = 10;
  private static final double PER_NS = 1e-9;

  private double store = STORE_MAX;
  private long filledNs;

  /** A call succeeded. */
  public void onSuccess() {
    store = Math.min(STORE_MAX, store + PER_SUCCESS);
  }

  /** Takes one retry; false if none is in store. */
  public boolean tryTake(long nowNs) {
    store = Math.min(STORE_MAX, store + Math.max(0, nowNs - filledNs) * PER_NS);
    filledNs = nowNs;
    if (store < 1) {
      return false;
    }
    store -= 1;
    return true;
  }
}
