package io.meshrpc.examples;

import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** What the calls noticed between two moments. */
final class Window {
  final long beginNs = System.nanoTime();
  final LongAdder calls = new LongAdder();
  final LongAdder failures = new LongAdder();
  final Histogram spans = new Histogram();
  private final LongAccumulator gapNs = new LongAccumulator(Math::max, 0);
  private final LongAccumulator worstNs = new LongAccumulator(Math::max, 0);

  /** One call ended. A call counts where it ends. */
  void add(long spanNs, long gapNs, boolean success) {
    calls.increment();
    spans.add(spanNs);
    worstNs.accumulate(spanNs);
    this.gapNs.accumulate(gapNs);
    if (!success) {
      failures.increment();
    }
  }

  /** The longest time in which no call of the whole client succeeded. */
  double gapMillis() {
    return gapNs.get() / 1e6;
  }

  /** The longest call. */
  double worstMillis() {
    return worstNs.get() / 1e6;
  }
}
