package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import java.util.HashMap;
import java.util.Map;

/**
 * Prequal as published (Wydrowski et al., "Load is not what you should balance", NSDI 2024), with its
 * numbers. Each call sends three probes and does not wait for them; it is decided by a pool of at most
 * sixteen reports of the last second. A server with more requests than 0.84 of the reports of late is
 * hot. The cold one with the shortest latency wins, by what calls took there of late that came at about
 * the load of now; if all are hot, the one with the fewest requests. With fewer than two reports the
 * choice is random. A report is used a few times, as the published formula says, and each call takes one out, the oldest and the worst in turn.
 *
 * <p>What the paper leaves open is read as follows. "About the load of now" is as {@link LatencyByLoad}
 * says, over all methods of a server; one that does not know counts as if calls there did not wait. A
 * report that comes with an answer counts like the answer to a probe. And where the pool holds so many of the servers that the formula has no answer, a report may
 * be used until it is a second old.
 *
 * <p>Weights are not looked at, and nothing keeps a server that fails fast from attracting calls:
 * {@link SpeedWeightedProbing} does both.
 */
public final class Prequal implements LoadBalancer {
  private static final int PROBES = 3;
  private static final int REMOVALS = 1;
  private static final int CHOICE_MIN = 2;
  private static final double HOT_QUANTILE = 0.84; // 2 to the power of -0.25
  private static final double DELTA = 1;
  private static final long MAX_AGE_NS = 1_000_000_000L;

  private final Map<MethodDescriptor<?, ?>, Pool> pools = new HashMap<>();

  /** What is known for one method. */
  private static final class Pool {
    final ProbePool reports = new ProbePool();
    final RecentQuantile inServer = new RecentQuantile(HOT_QUANTILE);
    boolean oldestNext;
  }

  @Override
  public PeerView pick(Pick pick) {
    if (pick.candidates().size() == 1) {
      return pick.candidates().get(0);
    }
    Pool pool = poolOf(pick.method());
    pool.reports.dropOlderThan(pick.nowNs() - MAX_AGE_NS);
    PeerView choice = choose(pool, pick);
    for (int i = 0; i < REMOVALS; i++) {
      removeOne(pool);
    }
    Probes.send(pick, PROBES);
    return choice;
  }

  @Override
  public void onReport(PeerView peer, MethodDescriptor<?, ?> method, long usualNs, long nowNs) {
    Pool pool = poolOf(method);
    pool.reports.add(peer, usualNs, nowNs);
    pool.inServer.add(peer.load().inServer());
  }

  @Override
  public void onGone(PeerView peer) {
    pools.values().forEach(pool -> pool.reports.remove(peer)); // each alone: the order is nothing
  }

  private static PeerView choose(Pool pool, Pick pick) {
    ProbePool.Entry best = null;
    int fresh = 0;
    for (int i = 0; i < pool.reports.count(); i++) {
      ProbePool.Entry entry = pool.reports.entry(i);
      if (entry.peer != null && pick.isCandidate(entry.peer)) {
        fresh++;
        best = best == null || isBetter(pool, entry, best) ? entry : best;
      }
    }
    if (best == null || best.peer == null || fresh < CHOICE_MIN) {
      return pick.candidates().get(pick.random().nextInt(pick.candidates().size()));
    }
    PeerView choice = best.peer;
    best.inServer++; // the request counts at once
    best.uses++;
    if (isSpent(best, pick)) {
      pool.reports.remove(choice);
    }
    return choice;
  }

  private static boolean isBetter(Pool pool, ProbePool.Entry one, ProbePool.Entry other) {
    int hotAbove = pool.inServer.value();
    boolean oneHot = one.inServer > hotAbove;
    boolean otherHot = other.inServer > hotAbove;
    if (oneHot != otherHot) {
      return otherHot;
    }
    return oneHot ? one.inServer < other.inServer : latencyNs(pool, one) < latencyNs(pool, other);
  }

  private static long latencyNs(Pool pool, ProbePool.Entry entry) {
    return entry.latencyNs == 0 ? pool.reports.medianNs() : entry.latencyNs;
  }

  /** A limit between two whole numbers is now the one, now the other, so that it is kept on average. */
  private static boolean isSpent(ProbePool.Entry entry, Pick pick) {
    double left = usesOf(pick.candidates().size()) - entry.uses;
    return left <= 0 || (left < 1 && pick.random().nextDouble() >= left);
  }

  /** How often a report may be used, on average; infinite if probes do not make up for removals. */
  static double usesOf(int servers) {
    double added = (1 - (double) ProbePool.SIZE / servers) * PROBES;
    return added <= REMOVALS
        ? Double.POSITIVE_INFINITY
        : Math.max(1, (1 + DELTA) / (added - REMOVALS));
  }

  private static void removeOne(Pool pool) {
    pool.oldestNext = !pool.oldestNext;
    int index = pool.oldestNext ? pool.reports.oldest() : worst(pool);
    if (index >= 0) {
      pool.reports.removeAt(index);
    }
  }

  private static int worst(Pool pool) {
    int worst = pool.reports.count() == 0 ? -1 : 0;
    for (int i = 1; i < pool.reports.count(); i++) {
      if (isBetter(pool, pool.reports.entry(worst), pool.reports.entry(i))) {
        worst = i;
      }
    }
    return worst;
  }

  private Pool poolOf(MethodDescriptor<?, ?> method) {
    return pools.computeIfAbsent(method, any -> new Pool());
  }
}
