package io.meshrpc.core;

/** Smoothed round trip and its variation (RFC 6298). */
final class RoundTrips {
  private long smoothedNs;
  private long variationNs;

  void add(long sampleNs) {
    if (smoothedNs == 0) {
      smoothedNs = sampleNs;
      variationNs = sampleNs / 2;
    } else {
      variationNs += (Math.abs(smoothedNs - sampleNs) - variationNs) / 4;
      smoothedNs += (sampleNs - smoothedNs) / 8;
    }
  }

  /** 0 before the first sample. */
  long smoothedNs() {
    return smoothedNs;
  }

  /** How long an answer may take, within these bounds. */
  long patienceNs(long minNs, long maxNs) {
    return Math.min(maxNs, Math.max(minNs, smoothedNs + 4 * variationNs));
  }
}
