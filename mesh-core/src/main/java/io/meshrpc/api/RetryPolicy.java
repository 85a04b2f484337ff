package io.meshrpc.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When a call is tried again. What surely did not run may be tried anywhere; what may have run only
 * as {@link Repeat} allows.
 *
 * @param maxAttempts attempts that a server answered, at least 1. Attempts that were never sent, that
 *     a server handed back because it drains or has restarted, that were taken back before they
 *     started, or whose server was lost, do not count.
 * @param backoffBase the shortest pause before a retry
 * @param backoffMax the longest pause, at most 365 days; the pauses between are decorrelated jitter
 * @param repeat what is done with a call that may have run
 * @param retryableCodes codes of a handler's own answers that are tried again, if the contract allows
 *     a second execution; none by default
 * @param attemptPatience if not null: an attempt that is still queued at its server after this time
 *     is taken back and moved, if another server is there; at most 365 days
 */
public record RetryPolicy(
    int maxAttempts,
    Duration backoffBase,
    Duration backoffMax,
    Repeat repeat,
    Set<Code> retryableCodes,
    @Nullable Duration attemptPatience) {
  private static final Duration SPAN_MAX = Duration.ofDays(365); // before those that it checks

  /** Three attempts, pauses from 10 ms to 1 s, repeats by contract. */
  public static final RetryPolicy DEFAULT = new RetryPolicy(
      3, Duration.ofMillis(10), Duration.ofSeconds(1), Repeat.BY_CONTRACT, Set.of(), null);

  /** One attempt that counts; what may have run is never sent again. */
  public static final RetryPolicy NEVER = DEFAULT.withMaxAttempts(1).withRepeat(Repeat.NEVER);

  /** What is done with a call that may have run. */
  public enum Repeat {
    /** Elsewhere if the method is idempotent, otherwise at the same server process only. */
    BY_CONTRACT,
    /** Elsewhere, whatever the contract says: the caller accepts duplicates. */
    AT_LEAST_ONCE,
    /** Not at all. */
    NEVER
  }

  /** Checks the ranges. */
  public RetryPolicy {
    Objects.requireNonNull(backoffBase, "backoffBase");
    Objects.requireNonNull(backoffMax, "backoffMax");
    Objects.requireNonNull(repeat, "repeat");
    Objects.requireNonNull(retryableCodes, "retryableCodes");
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("maxAttempts: " + maxAttempts + " (expected: >= 1)");
    }
    if (backoffBase.isNegative() || backoffBase.isZero()) {
      throw new IllegalArgumentException("backoffBase: " + backoffBase + " (expected: > 0)");
    }
    if (backoffMax.compareTo(backoffBase) < 0) {
      throw new IllegalArgumentException(
          "backoffMax: " + backoffMax + " (expected: >= backoffBase, " + backoffBase + ")");
    }
    if (backoffMax.compareTo(SPAN_MAX) > 0) {
      throw new IllegalArgumentException(
          "backoffMax: " + backoffMax + " (expected: <= " + SPAN_MAX + ")");
    }
    if (attemptPatience != null && attemptPatience.compareTo(SPAN_MAX) > 0) {
      throw new IllegalArgumentException(
          "attemptPatience: " + attemptPatience + " (expected: <= " + SPAN_MAX + ")");
    }
    if (attemptPatience != null && (attemptPatience.isNegative() || attemptPatience.isZero())) {
      throw new IllegalArgumentException(
          "attemptPatience: " + attemptPatience + " (expected: > 0, or null)");
    }
    retryableCodes = Set.copyOf(retryableCodes);
  }

  /** Whether a call that may have run may run once more, at any server, by this contract. */
  public boolean allowsSecondExecution(Idempotency contract) {
    return switch (repeat) {
      case AT_LEAST_ONCE -> true;
      case NEVER -> false;
      case BY_CONTRACT -> contract.allowsSecondExecution();
    };
  }

  /** This policy with another number of attempts. */
  public RetryPolicy withMaxAttempts(int attempts) {
    return new RetryPolicy(
        attempts, backoffBase, backoffMax, repeat, retryableCodes, attemptPatience);
  }

  /** This policy with other pauses. */
  public RetryPolicy withBackoff(Duration base, Duration max) {
    return new RetryPolicy(maxAttempts, base, max, repeat, retryableCodes, attemptPatience);
  }

  /** This policy with another rule for calls that may have run. */
  public RetryPolicy withRepeat(Repeat rule) {
    return new RetryPolicy(
        maxAttempts, backoffBase, backoffMax, rule, retryableCodes, attemptPatience);
  }

  /** This policy with these codes of handlers tried again. */
  public RetryPolicy withRetryableCodes(Set<Code> codes) {
    return new RetryPolicy(maxAttempts, backoffBase, backoffMax, repeat, codes, attemptPatience);
  }

  /** This policy with attempts taken back after this time in a queue; null for never. */
  public RetryPolicy withAttemptPatience(@Nullable Duration patience) {
    return new RetryPolicy(maxAttempts, backoffBase, backoffMax, repeat, retryableCodes, patience);
  }
}
