package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The default: sends a call where it will be done soonest, by what servers say of themselves. The
 * score of a server is what calls of the method usually take there to run, times the requests for
 * each worker that are before it, and a part for the run itself; the lowest wins. Small differences in what calls take are
 * noise and do not count. The servers' own word comes with every answer and with probes, four for five
 * calls when servers are busy or unequal, fewer when they are not. The pool of reports is that of
 * Prequal (Wydrowski et al., NSDI 2024); score, freshness and guards are not. Servers whose scores are
 * alike take turns, each for a tenth of a millisecond of calls or for one (after deficit round
 * robin, Shreedhar and Varghese, SIGCOMM 1995).
 *
 * <p>Calls that take less than a message of their own would cost, 20 microseconds, join
 * those that were chosen for in the same turn of the loop, and ask for fewer probes.
 *
 * <p>Reports count only while they are fresh, measured by what calls take. If fewer than three are, a
 * call waits for the answers to three probes, if that is short beside the call itself; these probes
 * stand for those of the next calls. Failures count as requests in flight for a while, so that a
 * server that fails fast does not attract all calls.
 */
public final class SpeedWeightedProbing implements LoadBalancer {
  private static final double OWED_MAX = 4;
  private static final int CHOICE_MIN = 2;
  private static final double ALIKE = 0.05; // scores that differ by less are the same

  private final ProbingSettings settings;
  private final Map<MethodDescriptor<?, ?>, Pool> pools = new HashMap<>();
  private @Nullable MethodDescriptor<?, ?> latest; // that was asked for
  private @Nullable Pool poolOfLatest;
  private final Map<PeerView, Phantoms> phantoms = new HashMap<>(); // looked up, never walked
  private final Spares spares = new Spares();

  /** With the settings that were tuned by simulation. */
  public SpeedWeightedProbing() {
    this(ProbingSettings.DEFAULTS);
  }

  /** With other settings. */
  SpeedWeightedProbing(ProbingSettings settings) {
    this.settings = settings;
  }

  /** What is known of one method. */
  private static final class Pool {
    final ProbePool reports = new ProbePool();
    int fresh; // reports that the last choice was among
    double probesOwed;
    double removalsOwed;

    @Nullable
    PeerView holder; // of the turn: the latest choice

    long turns; // so far
    long spentNs; // what the calls of this one usually take
    boolean oldestNext;
    long askedAtNs = Long.MIN_VALUE / 2; // when calls were last made to wait for probes
  }

  @Override
  public @Nullable PeerView pick(Pick pick) {
    List<? extends PeerView> candidates = pick.candidates();
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    Pool pool = poolOf(pick.method());
    ProbePool.Entry filling = filling(pool, pick);
    if (filling != null) {
      return choose(pool, filling);
    }
    pool.reports.dropOlderThan(pick.nowNs() - settings.maxAgeNs(pool.reports.medianNs()));
    ProbePool.Entry best = best(pool, pick);
    boolean few = pool.fresh < Math.min(settings.freshMin(), candidates.size());
    if (few && mayAsk(pool, pick)) {
      ask(pool, pick);
      return null;
    }
    if (best == null || pool.fresh < CHOICE_MIN) {
      probe(pool, pick);
      return spares.pick(pick, phantoms);
    }
    PeerView choice = choose(pool, best);
    thinOut(pool, pick);
    probe(pool, pick);
    return choice;
  }

  private @Nullable PeerView choose(Pool pool, ProbePool.Entry entry) {
    if (entry.peer != pool.holder) {
      pool.holder = entry.peer;
      pool.spentNs = 0;
      entry.turn = ++pool.turns;
    }
    pool.spentNs += entry.usualNs == 0 ? settings.turnNs() : entry.usualNs;
    entry.inServer++;
    entry.uses++;
    return entry.peer;
  }

  /** The server that the call before went to, if this one is done there before another batch would be. */
  private ProbePool.@Nullable Entry filling(Pool pool, Pick pick) {
    PeerView peer = pick.filling();
    if (peer == null || peer.weight() < 1 || !pick.isCandidate(peer)) {
      return null;
    }
    ProbePool.Entry entry = pool.reports.find(peer);
    if (entry == null) {
      return null;
    }
    long usualNs = entry.usualNs == 0 ? pool.reports.medianNs() : entry.usualNs;
    double runNs = usualNs * (before(entry, peer, pick.nowNs()) + 1);
    boolean quick = usualNs > 0 && usualNs <= settings.togetherNs();
    return quick && runNs <= settings.turnNs() ? entry : null;
  }

  @Override
  public void onReport(PeerView peer, MethodDescriptor<?, ?> method, long usualNs, long nowNs) {
    poolOf(method).reports.add(peer, usualNs, nowNs);
  }

  @Override
  public void onEnd(
      PeerView peer, MethodDescriptor<?, ?> method, Outcome outcome, long tookNs, long nowNs) {
    switch (outcome) {
      case FAULT, SILENT -> {
        phantomsOf(peer).addFault(nowNs);
        poolOf(method).reports.remove(peer);
      }
      case REFUSED -> phantomsOf(peer).addRefusal(nowNs);
      case SUCCESS, ANSWERED, LET_GO -> {}
    }
  }

  @Override
  public void onGone(PeerView peer) {
    phantoms.remove(peer);
    for (Pool pool : pools.values()) { // each alone: the order is nothing
      pool.reports.remove(peer);
      pool.holder = peer == pool.holder ? null : pool.holder;
    }
  }

  /**
   * The fresh candidate with the lowest score, of several the one that was not chosen for longest; null
   * if there is none. Counts the fresh ones.
   */
  private ProbePool.@Nullable Entry best(Pool pool, Pick pick) {
    ProbePool.Entry best = null;
    double lowest = Double.MAX_VALUE;
    pool.fresh = 0;
    for (int i = 0; i < pool.reports.count(); i++) {
      ProbePool.Entry entry = pool.reports.entry(i);
      PeerView peer = entry.peer;
      if (peer == null || !pick.isCandidate(peer)) {
        continue;
      }
      pool.fresh++;
      double score = score(entry, peer, pool.reports.medianNs(), pick.nowNs());
      boolean alike = Math.abs(score - lowest) <= ALIKE * lowest;
      if (best == null || (alike ? isBefore(entry, best, pool) : score < lowest)) {
        best = entry;
      }
      lowest = Math.min(lowest, score);
    }
    return best;
  }

  /** Of equals, who has the turn and has not had its share of work keeps it: its caches are warm. */
  private boolean isBefore(ProbePool.Entry one, ProbePool.Entry other, Pool pool) {
    boolean keeps = pool.spentNs < settings.turnNs();
    if (keeps && (one.peer == pool.holder || other.peer == pool.holder)) {
      return one.peer == pool.holder;
    }
    return one.turn < other.turn;
  }

  private double score(ProbePool.Entry entry, PeerView peer, long medianNs, long nowNs) {
    long usualNs = usualNs(entry, medianNs);
    double before = before(entry, peer, nowNs);
    double speedNs = Math.max(1, settings.withoutNoiseNs(usualNs, settings.floorNs(medianNs)));
    double score = speedNs * ((before + 1) / entry.workers + settings.runShare()) / peer.weight();
    double expectedNs = usualNs * Math.max(1, (before + 1) / entry.workers);
    double ageNs = peer.oldestAgeNs();
    return usualNs > 0 && ageNs > settings.overdueFactor() * expectedNs
        ? score * ageNs / expectedNs
        : score;
  }

  /** Of quick ones nobody needs to know how quick they are. */
  private long usualNs(ProbePool.Entry entry, long medianNs) {
    return settings.floorNs(entry.usualNs == 0 ? medianNs : Math.max(entry.usualNs, medianNs / 2));
  }

  private double before(ProbePool.Entry entry, PeerView peer, long nowNs) {
    return Math.max(entry.inServer, peer.inFlight()) + phantomCount(peer, nowNs);
  }

  /** Whether it pays to wait for probes: a round trip must be short beside the call. */
  private boolean mayAsk(Pool pool, Pick pick) {
    if (!pick.mayWait()) {
      return false;
    }
    long usualNs = pool.reports.medianNs();
    long tripNs = pick.candidates().get(0).roundTrip().toNanos();
    return usualNs == 0 || usualNs > settings.worthFactor() * tripNs;
  }

  private void ask(Pool pool, Pick pick) {
    pick.waitAtMost(settings.waitMaxNs());
    boolean asked = pick.asked() > 0 || pick.nowNs() - pool.askedAtNs < settings.waitMaxNs();
    if (asked) {
      return;
    }
    pool.askedAtNs = pick.nowNs();
    int size = pick.candidates().size();
    int start = pick.random().nextInt(size);
    int count = Math.min(settings.askCount(), size);
    int step = size <= count ? 1 : 1 + pick.random().nextInt((size - 1) / count);
    for (int i = 0; i < count; i++) {
      pick.probe(pick.candidates().get((start + i * step) % size));
    }
    pool.probesOwed = Math.max(-OWED_MAX, pool.probesOwed - count); // these count as the others do
  }

  private void probe(Pool pool, Pick pick) {
    pool.probesOwed = Math.min(OWED_MAX, pool.probesOwed + rate(pool, pick));
    RandomGenerator random = pick.random();
    while (pool.probesOwed >= 1) {
      pool.probesOwed--;
      PeerView target = pick.candidates().get(random.nextInt(pick.candidates().size()));
      ProbePool.Entry known = pool.reports.find(target);
      boolean fresh =
          known != null && known.uses == 0 && pick.nowNs() - known.atNs < settings.freshNs();
      if (!fresh) {
        pick.probe(target);
      }
    }
  }

  /** Probes for each call: all of them when it matters, fewer when this client itself is busy. */
  private double rate(Pool pool, Pick pick) {
    double own = (pick.inFlight() - 100) / 900.0; // after the adaptive probing of a public study
    double room = 1 - Math.max(0, Math.min(1, own));
    double most = matters(pool) ? settings.probeRate() : settings.probeRateMin();
    return Math.max(settings.probeRateMin(), most * room) * part(pool);
  }

  /** What share of a choice one of these calls is: probes are not to take more time than calls do. */
  private double part(Pool pool) {
    long usualNs = pool.reports.medianNs();
    return usualNs == 0 ? 1 : Math.min(1, (double) usualNs / settings.togetherNs());
  }

  private boolean matters(Pool pool) {
    long inServer = 0;
    long workers = 0;
    long medianNs = settings.floorNs(pool.reports.medianNs());
    boolean unequal = false;
    for (int i = 0; i < pool.reports.count(); i++) {
      ProbePool.Entry entry = pool.reports.entry(i);
      inServer += entry.inServer;
      workers += entry.workers;
      unequal |= medianNs > 0 && entry.usualNs > 2 * medianNs;
    }
    return unequal || inServer > settings.busyShare() * workers;
  }

  /** Takes reports out, the oldest and the worst in turn, so that old good news does not stay. */
  private void thinOut(Pool pool, Pick pick) {
    if (pick.candidates().size() <= ProbePool.SIZE) {
      return; // each server's latest word is kept; there is no better
    }
    pool.removalsOwed += (settings.probeRate() + 1) / 3 * part(pool);
    while (pool.removalsOwed >= 1) {
      pool.removalsOwed--;
      pool.oldestNext = !pool.oldestNext;
      int index = pool.oldestNext ? pool.reports.oldest() : worst(pool, pick);
      if (index >= 0 && pool.reports.count() > settings.freshMin()) {
        pool.reports.removeAt(index);
      }
    }
  }

  private int worst(Pool pool, Pick pick) {
    int worst = -1;
    double highest = -1;
    for (int i = 0; i < pool.reports.count(); i++) {
      ProbePool.Entry entry = pool.reports.entry(i);
      PeerView peer = entry.peer;
      double score = peer == null ? 0 : score(entry, peer, pool.reports.medianNs(), pick.nowNs());
      if (score > highest) {
        highest = score;
        worst = i;
      }
    }
    return worst;
  }

  private Pool poolOf(MethodDescriptor<?, ?> method) {
    Pool pool = poolOfLatest;
    if (pool == null || method != latest) { // most calls are of the method of the one before
      pool = pools.computeIfAbsent(method, any -> new Pool());
      latest = method;
      poolOfLatest = pool;
    }
    return pool;
  }

  private Phantoms phantomsOf(PeerView peer) {
    return phantoms.computeIfAbsent(peer, any -> new Phantoms());
  }

  private double phantomCount(PeerView peer, long nowNs) {
    if (phantoms.isEmpty()) {
      return 0;
    }
    Phantoms some = phantoms.get(peer);
    return some == null ? 0 : some.count(nowNs);
  }
}
