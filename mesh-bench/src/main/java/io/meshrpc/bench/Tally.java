package io.meshrpc.bench;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Counts how one thread's calls end. Safe to use from any thread. */
final class Tally {
  static final long SPAN_MAX_NS = TimeUnit.MINUTES.toNanos(2);
  static final int DIGITS = 3;

  private final AtomicHistogram spansNs = new AtomicHistogram(SPAN_MAX_NS, DIGITS);
  private volatile long successes;
  private final LongAdder errors = new LongAdder();
  private final AtomicReference<@Nullable String> firstError = new AtomicReference<>();

  /** So long a call took that has ended well. */
  void took(long tookNs) {
    spansNs.recordValue(Math.min(Math.max(tookNs, 0), SPAN_MAX_NS));
  }

  void failure(Throwable failure) {
    errors.increment();
    firstError.compareAndSet(null, failure.toString());
  }

  /** So many calls have ended so far, well or not. */
  void ended(long count) {
    successes = count - errors();
  }

  void addTo(Histogram sum) {
    sum.add(spansNs);
  }

  /** How many calls had ended well when that was told. */
  long successes() {
    return successes;
  }

  long errors() {
    return errors.sum();
  }

  /** Its text; empty if there was none. */
  String firstError() {
    return Objects.requireNonNullElse(firstError.get(), "");
  }
}
