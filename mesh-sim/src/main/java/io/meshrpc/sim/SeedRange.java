package io.meshrpc.sim;

/** Seeds from one to another, both included: {@code 7} or {@code 1-50000}. */
record SeedRange(long from, long to) {
  static SeedRange parse(String text) {
    int dash = text.indexOf('-');
    try {
      long from = Long.parseLong(dash < 0 ? text : text.substring(0, dash));
      long to = dash < 0 ? from : Long.parseLong(text.substring(dash + 1));
      if (from >= 0 && to >= from) {
        return new SeedRange(from, to);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException("seeds: " + text + " (expected: like 7 or 1-50000)");
  }

  long count() {
    return to - from + 1;
  }
}
