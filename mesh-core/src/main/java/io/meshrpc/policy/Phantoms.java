package io.meshrpc.policy;

/**
 * Requests that count as if they were in flight at a server because others failed there, or were
 * refused, a short while ago: a server that fails at once must not look idle. Each fades away (Google
 * SRE book, chapter 20, on the sinkhole); refusals soon, for a server that refuses says how full it is.
 */
final class Phantoms {
  private static final double MAX = 200;
  private static final double FAULT = 10;
  private static final double REFUSAL = 2;
  private static final double FAULTS_FADE_NS = 10e9; // to 1/e
  private static final double REFUSALS_FADE_NS = 1e9;

  private double faults;
  private double refusals;
  private long faultNs;
  private long refusalNs;

  void addFault(long nowNs) {
    faults = Math.min(MAX, faults(nowNs) + FAULT);
    faultNs = nowNs;
  }

  void addRefusal(long nowNs) {
    refusals = Math.min(MAX, refusals(nowNs) + REFUSAL);
    refusalNs = nowNs;
  }

  double count(long nowNs) {
    return faults(nowNs) + refusals(nowNs);
  }

  private double faults(long nowNs) {
    return faults == 0 ? 0 : faults * Math.exp((faultNs - nowNs) / FAULTS_FADE_NS);
  }

  private double refusals(long nowNs) {
    return refusals == 0 ? 0 : refusals * Math.exp((refusalNs - nowNs) / REFUSALS_FADE_NS);
  }
}
