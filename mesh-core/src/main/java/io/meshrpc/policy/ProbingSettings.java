package io.meshrpc.policy;

/**
 * The numbers of {@link SpeedWeightedProbing}; tuned with the benchmark of
 * docs/guide/balancing-benchmark.md.
 *
 * @param probeRate probes for each call when servers are busy or unequal
 * @param probeRateMin probes for each call otherwise, and when this client itself is busy
 * @param busyShare servers count as busy when so many of their workers are
 * @param freshMin with fewer fresh reports a call waits for probes, if it may; two are enough if not
 * @param freshNs a server that reported so short a while ago, and got no call since, is not probed
 * @param maxAgeFactor reports count for so many times what calls take
 * @param maxAgeMinNs but at least so long
 * @param maxAgeMaxNs and at most so long
 * @param askCount probes sent at once when fresh reports are missing
 * @param waitMaxNs how long a call waits for their answers at most
 * @param worthFactor it waits only if calls take more than so many round trips
 * @param overdueFactor a server whose oldest attempt is older than so many times what was expected
 *     counts as slower
 * @param runShare how much the run itself counts beside the wait: as so many requests for each worker
 * @param togetherNs calls that usually take no longer to run go where the one before them in the same
 *     turn of the loop went, since a message of their own would cost more
 * @param turnNs but only while all that is there takes no longer; and of servers that are alike each in
 *     turn gets calls that take so long together. What takes less is not told apart
 * @param noiseShare of what calls take at the median server, this share of a difference does not count
 */
record ProbingSettings(
    double probeRate,
    double probeRateMin,
    double busyShare,
    int freshMin,
    long freshNs,
    double maxAgeFactor,
    long maxAgeMinNs,
    long maxAgeMaxNs,
    int askCount,
    long waitMaxNs,
    double worthFactor,
    double overdueFactor,
    double runShare,
    long togetherNs,
    long turnNs,
    double noiseShare) {
  /** What was found best. */
  public static final ProbingSettings DEFAULTS = new ProbingSettings(
      0.8,
      0.25,
      0.6,
      3,
      1_000_000L,
      5,
      20_000_000L,
      1_000_000_000L,
      3,
      3_000_000L,
      3,
      3,
      0.4,
      20_000L,
      100_000L,
      0.3);

  /** How long a report counts where calls usually take so long; 0 if nobody knows. */
  long maxAgeNs(long usualNs) {
    long age = (long) (maxAgeFactor * usualNs);
    return usualNs == 0 ? maxAgeMaxNs : Math.max(maxAgeMinNs, Math.min(maxAgeMaxNs, age));
  }

  /** What calls take, but for a turn at least; 0 stays what it is: not known. */
  long floorNs(long usualNs) {
    return usualNs == 0 ? 0 : Math.max(turnNs, usualNs);
  }

  /** What calls take at a server, drawn towards the median by as much as may be noise. */
  double withoutNoiseNs(long usualNs, long medianNs) {
    if (usualNs == 0 || medianNs == 0) {
      return usualNs;
    }
    boolean slower = usualNs > medianNs;
    double ratio = slower ? (double) usualNs / medianNs : (double) medianNs / usualNs;
    double rest = Math.max(1, ratio - noiseShare);
    return slower ? medianNs * rest : medianNs / rest;
  }
}
