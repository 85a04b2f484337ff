package io.meshrpc.policy;

import java.util.Arrays;

/**
 * How long requests were in a server of late, waiting included, by how many were in it when they
 * came: what Prequal (Wydrowski et al., NSDI 2024) wants to know of a server. The paper leaves open
 * what "about as many" means; here it is the same number or one step more or less, and steps grow
 * beyond 64. Owned by one thread; nothing is allocated after the start.
 */
public final class LatencyByLoad {
  private static final int EXACT = 64;
  private static final int STEPS = EXACT + 128; // the last one takes what is beyond
  private static final int KEPT = 8; // for each step
  private static final long RECENT_NS = 1_000_000_000L;

  private final long[] tookNs = new long[STEPS * KEPT];
  private final long[] endedNs = new long[STEPS * KEPT];
  private final int[] next = new int[STEPS]; // the place of each step that is written next
  private final long[] sorted = new long[3 * KEPT];
  private long latestNs; // how long the one took that ended last; 0 before any

  /** Makes one that knows nothing. */
  public LatencyByLoad() {
    Arrays.fill(endedNs, Long.MIN_VALUE / 2);
  }

  /** Notes a request that has ended well; {@code inServer} were there when it came. */
  public void add(int inServer, long spanNs, long nowNs) {
    int step = step(inServer);
    int place = step * KEPT + next[step];
    next[step] = (next[step] + 1) % KEPT;
    tookNs[place] = spanNs;
    endedNs[place] = nowNs;
    latestNs = spanNs;
  }

  /**
   * The median, in nanoseconds, of what requests took that came when about as many were in the server
   * and ended in the last second; of the one that ended last if there are none; 0 before any.
   */
  public long medianNs(int inServer, long nowNs) {
    int step = step(inServer);
    int count = 0;
    for (int near = Math.max(0, step - 1); near <= Math.min(STEPS - 1, step + 1); near++) {
      for (int place = near * KEPT; place < (near + 1) * KEPT; place++) {
        if (nowNs - endedNs[place] <= RECENT_NS) {
          sorted[count++] = tookNs[place];
        }
      }
    }
    if (count == 0) {
      return latestNs;
    }
    Arrays.sort(sorted, 0, count);
    return sorted[(count - 1) / 2];
  }

  /** Each number a step of its own, then sixteen steps for each doubling. */
  private static int step(int inServer) {
    if (inServer < EXACT) {
      return Math.max(0, inServer);
    }
    int shift = 27 - Integer.numberOfLeadingZeros(inServer); // leaves five digits, from 16 to 31
    int doublings = shift - 2;
    return Math.min(STEPS - 1, EXACT + 16 * doublings + (inServer >>> shift) - 16);
  }
}
