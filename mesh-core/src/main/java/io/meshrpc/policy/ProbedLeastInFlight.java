package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import java.util.HashMap;
import java.util.Map;

/**
 * The candidate that says it has the fewest requests for each of its workers, divided by its weight,
 * among the fresh reports of at most sixteen servers. Reports come with answers and with probes, three
 * for each call; a call never waits for them. It is what is left of {@link SpeedWeightedProbing}
 * without the servers' speed and its guards, or of {@link Prequal} without latency (the rule that its
 * authors call RIF only). Good where servers are equally fast.
 *
 * <p>With fewer than two fresh reports the choice is that of {@link P2cLocal}.
 */
public final class ProbedLeastInFlight implements LoadBalancer {
  private static final int PROBES = 3;
  private static final double REMOVALS = (PROBES + 1) / 3.0;
  private static final int CHOICE_MIN = 2;

  private final P2cLocal spare = new P2cLocal();
  private final Map<MethodDescriptor<?, ?>, Pool> pools = new HashMap<>();

  /** What is known for one method. */
  private static final class Pool {
    final ProbePool reports = new ProbePool();
    double removalsOwed;
    boolean oldestNext;
  }

  @Override
  public PeerView pick(Pick pick) {
    if (pick.candidates().size() == 1) {
      return pick.candidates().get(0);
    }
    Pool pool = poolOf(pick.method());
    long maxAgeNs = ProbingSettings.DEFAULTS.maxAgeNs(pool.reports.medianNs());
    pool.reports.dropOlderThan(pick.nowNs() - maxAgeNs);
    PeerView choice = choose(pool, pick);
    thinOut(pool, pick);
    Probes.send(pick, PROBES);
    return choice;
  }

  @Override
  public void onReport(PeerView peer, MethodDescriptor<?, ?> method, long usualNs, long nowNs) {
    poolOf(method).reports.add(peer, usualNs, nowNs);
  }

  @Override
  public void onGone(PeerView peer) {
    pools.values().forEach(pool -> pool.reports.remove(peer)); // each alone: the order is nothing
  }

  private PeerView choose(Pool pool, Pick pick) {
    ProbePool.Entry best = null;
    int fresh = 0;
    for (int i = 0; i < pool.reports.count(); i++) {
      ProbePool.Entry entry = pool.reports.entry(i);
      if (entry.peer != null && pick.isCandidate(entry.peer)) {
        fresh++;
        best = best == null || score(entry) < score(best) ? entry : best;
      }
    }
    if (best == null || best.peer == null || fresh < CHOICE_MIN) {
      return spare.pick(pick);
    }
    best.inServer++;
    return best.peer;
  }

  private static double score(ProbePool.Entry entry) {
    double weight = entry.peer == null ? 1 : entry.peer.weight();
    return (1.0 + entry.inServer) / entry.workers / weight;
  }

  /** Takes reports out, the oldest and the worst in turn, so that old good news does not stay. */
  private static void thinOut(Pool pool, Pick pick) {
    if (pick.candidates().size() <= ProbePool.SIZE) {
      return; // each server's latest word is kept; there is no better
    }
    pool.removalsOwed += REMOVALS;
    while (pool.removalsOwed >= 1) {
      pool.removalsOwed--;
      pool.oldestNext = !pool.oldestNext;
      int index = pool.oldestNext ? pool.reports.oldest() : worst(pool);
      if (index >= 0 && pool.reports.count() > CHOICE_MIN) {
        pool.reports.removeAt(index);
      }
    }
  }

  private static int worst(Pool pool) {
    int worst = pool.reports.count() == 0 ? -1 : 0;
    for (int i = 1; i < pool.reports.count(); i++) {
      if (score(pool.reports.entry(i)) > score(pool.reports.entry(worst))) {
        worst = i;
      }
    }
    return worst;
  }

  private Pool poolOf(MethodDescriptor<?, ?> method) {
    return pools.computeIfAbsent(method, any -> new Pool());
  }
}
