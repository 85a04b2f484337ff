package io.meshrpc.core;

import io.meshrpc.api.Priority;
import org.jspecify.annotations.Nullable;

/**
 * Work that waits. Four priorities share the workers 8 : 4 : 2 : 1; within a priority clients take
 * turns, see {@link Band}. When nothing waits, the shares start anew.
 */
final class RequestQueue {
  private static final int[] WEIGHTS = {1, 2, 4, 8}; // by Priority.ordinal()

  private final Band[] bands = new Band[Priority.values().length];
  private final ServerLimits limits;
  private final AdmissionLevel level;
  private int count;
  private long bytes;
  private long emptyNs = Long.MIN_VALUE; // when nothing was seen to wait, last of all
  private long usualNs; // what all that waits usually takes to run, as known when it came

  RequestQueue(ServerLimits limits) {
    this.limits = limits;
    level = new AdmissionLevel(limits.codelIntervalNs());
    for (int i = 0; i < bands.length; i++) {
      CoDel codel = new CoDel(limits.codelTargetNs(), limits.codelIntervalNs());
      bands[i] = new Band(WEIGHTS[i], codel);
    }
  }

  void add(ServerCall call) {
    call.expect(call.stats.usualNs());
    band(call.priority()).add(call);
    count++;
    bytes += call.bytes();
    call.stats.queued++;
    usualNs += call.expectedNs();
  }

  /** Takes the next; null if none waits. */
  @Nullable
  ServerCall poll() {
    if (count == 0) {
      return null;
    }
    ServerCall call = nextBand().poll();
    leave(call);
    return call;
  }

  /** Takes back one that waits. */
  void remove(ServerCall call) {
    if (band(call.priority()).remove(call)) {
      leave(call);
    }
  }

  int count() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  /** What all that waits usually takes to run, one after the other. */
  long usualNs() {
    return usualNs;
  }

  /**
   * What is likely to be done, by all workers together, before one more call of this client that
   * usually takes so long. Others of its band have their turns, other bands their shares.
   */
  long aheadNs(ClientSession client, Priority priority, long costNs) {
    Band own = band(priority);
    long ownNs = own.aheadNs(client, costNs);
    double sumNs = ownNs;
    for (Band other : bands) {
      if (other != own) {
        double sharedNs = (double) (ownNs + costNs) * other.weight / own.weight;
        sumNs += Math.min(other.usualNs(), sharedNs);
      }
    }
    return (long) Math.min(usualNs, sumNs);
  }

  /** The oldest of the same client and priority; null if none waits. */
  @Nullable
  ServerCall oldestLike(ServerCall call) {
    return band(call.priority()).oldestOf(call.client);
  }

  /**
   * What must go so that a client has its share of a full queue: the newest of the one that takes the
   * most room, if that is more than twice as much as the client would take with so many bytes more.
   */
  @Nullable
  ServerCall displacedBy(ClientSession client, int moreBytes) {
    double own = Math.max(
        1.0 / Math.max(1, limits.queueCountMax()),
        (double) moreBytes / Math.max(1, limits.queueBytesMax()));
    for (Band band : bands) {
      own += band.share(client, limits);
    }
    double most = 2 * own;
    ServerCall displaced = null;
    for (Band band : bands) {
      ServerCall call = band.newestOfGreatest(most, limits);
      if (call != null) {
        displaced = call;
        most = band.share(call.client, limits);
      }
    }
    return displaced;
  }

  /** When the oldest came; {@link Long#MAX_VALUE} if none waits. */
  long oldestNs() {
    long oldestNs = Long.MAX_VALUE;
    for (Band band : bands) {
      oldestNs = Math.min(oldestNs, band.oldestNs());
    }
    return oldestNs;
  }

  /** Sees how long work waits, while it usually takes so long. To be called before each poll. */
  void observe(long workNs, long nowNs) {
    if (count == 0 && nowNs == emptyNs) {
      return; // that was seen
    }
    emptyNs = count == 0 ? nowNs : Long.MIN_VALUE;
    int overloaded = -1;
    for (int i = 0; i < bands.length; i++) {
      bands[i].observe(workNs, nowNs);
      overloaded = bands[i].isOverloaded() ? i : overloaded;
    }
    level.observe(overloaded, nowNs);
  }

  /** Whether work of this priority is let in at all. */
  boolean admits(Priority priority) {
    return level.admits(priority);
  }

  /** Whether a call has waited too long to be run by a server that is overloaded. */
  boolean isStale(ServerCall call, long nowNs) {
    return band(call.priority()).isStale(call, nowNs);
  }

  private void leave(ServerCall call) {
    count--;
    bytes -= call.bytes();
    call.stats.queued--;
    usualNs -= call.expectedNs();
    if (count == 0) {
      startRound();
    }
  }

  private void startRound() {
    for (Band band : bands) {
      band.turns = band.weight;
    }
  }

  private Band nextBand() {
    for (int round = 0; ; round++) {
      for (int i = bands.length - 1; i >= 0; i--) {
        if (bands[i].turns > 0 && !bands[i].isEmpty()) {
          bands[i].turns--;
          return bands[i];
        }
      }
      if (round > 0) {
        throw new IllegalStateException("the queue counts " + count + " and holds none");
      }
      startRound();
    }
  }

  private Band band(Priority priority) {
    return bands[priority.ordinal()];
  }
}
