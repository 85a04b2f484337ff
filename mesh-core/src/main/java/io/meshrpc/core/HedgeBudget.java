package io.meshrpc.core;

/** Keeps the hedges of a method a small share of its calls. There are none to begin with. */
final class HedgeBudget {
  private static final long HEDGE = 1_000_000L; // in millionths, so that sums are exact
  private static final long STORE_MAX = 10 * HEDGE;

  private long store;

  /** A call was begun; it brings this share of a hedge. */
  void onCall(double share) {
    store = Math.min(STORE_MAX, store + Math.round(share * HEDGE));
  }

  /** Takes one hedge; false if none is in store. */
  boolean tryTake() {
    if (store < HEDGE) {
      return false;
    }
    store -= HEDGE;
    return true;
  }

  /** One that was taken has cost no work. */
  void giveBack() {
    store = Math.min(STORE_MAX, store + HEDGE);
  }
}
