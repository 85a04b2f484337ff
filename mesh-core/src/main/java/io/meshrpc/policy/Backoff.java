package io.meshrpc.policy;

import io.meshrpc.api.RetryPolicy;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: decorrelated jitter, a random span between the base and
 * three times the span before, never more than the maximum (Brooker, AWS, 2015).
 */
public final class Backoff {
  private Backoff() {}

  /**
   * The next span.
   *
   * @param beforeNs the span before; 0 if there was none
   */
  public static long nextNs(RetryPolicy policy, long beforeNs, RandomGenerator random) {
    long baseNs = policy.backoffBase().toNanos();
    long maxNs = policy.backoffMax().toNanos();
    long highNs = Math.min(maxNs, Math.max(baseNs, beforeNs) * 3);
    return highNs <= baseNs ? baseNs : random.nextLong(baseNs, highNs + 1);
  }
}
