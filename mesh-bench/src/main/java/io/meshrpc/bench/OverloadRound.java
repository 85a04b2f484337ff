package io.meshrpc.bench;

/**
 * One overload.
 *
 * @param offeredPerSecond calls begun in it
 * @param goodPerSecond those of them that succeeded, all within their deadline
 * @param p50Ms how long these took, the median
 * @param p99Ms and what 99 of 100 did not exceed
 * @param noMs how long those that failed took to fail, the median
 * @param recoveryMs from the end of the overload to the first half second in which, in each tenth,
 *     95 of 100 calls succeeded within 100 ms; infinite if there was none
 * @param calmFailed calls that failed before it
 */
record OverloadRound(
    double offeredPerSecond,
    double goodPerSecond,
    double p50Ms,
    double p99Ms,
    double noMs,
    double recoveryMs,
    long calmFailed) {
  /** In one line. */
  String line() {
    return offeredPerSecond + " " + goodPerSecond + " " + p50Ms + " " + p99Ms + " " + noMs + " "
        + recoveryMs + " " + calmFailed;
  }

  static OverloadRound parse(String line) {
    String[] words = line.split(" ", -1);
    return new OverloadRound(
        Double.parseDouble(words[0]),
        Double.parseDouble(words[1]),
        Double.parseDouble(words[2]),
        Double.parseDouble(words[3]),
        Double.parseDouble(words[4]),
        Double.parseDouble(words[5]),
        Long.parseLong(words[6]));
  }
}
