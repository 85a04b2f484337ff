package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import java.util.HashMap;
import java.util.Map;

/**
 * Of two candidates taken at random, the one where an attempt costs less: what attempts took there
 * of late, times those that this client has in flight there and one, divided by the candidate's
 * weight (Peak EWMA, after Twitter's Finagle). What attempts took is an average that fades with a time
 * of 10 s, and jumps up at once to a time that is above it. It is one average for each server, over
 * all methods.
 *
 * <p>A failure counts as 5 s at least, however fast it came (after Linkerd), so that a server that
 * fails fast does not look good. A server that has not been measured yet gets one attempt, and no
 * second one before the first has ended, unless both of the two are such.
 */
public final class P2cPeakEwma implements LoadBalancer {
  private static final long FAILURE_NS = 5_000_000_000L;
  private static final double NEVER_MEASURED = Long.MAX_VALUE >> 16;

  private final Map<PeerView, Peak> peaks = new HashMap<>(); // looked up, never walked

  @Override
  public PeerView pick(Pick pick) {
    return TwoChoices.pick(pick, peer -> score(peer, pick.nowNs()));
  }

  @Override
  public void onEnd(
      PeerView peer, MethodDescriptor<?, ?> method, Outcome outcome, long tookNs, long nowNs) {
    switch (outcome) {
      case SUCCESS, ANSWERED -> peakOf(peer).add(tookNs, nowNs);
      case FAULT, REFUSED, SILENT -> peakOf(peer).add(Math.max(FAILURE_NS, tookNs), nowNs);
      case LET_GO -> {}
    }
  }

  @Override
  public void onGone(PeerView peer) {
    peaks.remove(peer);
  }

  private double score(PeerView peer, long nowNs) {
    Peak peak = peaks.get(peer);
    int inFlight = peer.inFlight();
    if (peak == null) {
      return inFlight == 0 ? 0 : (NEVER_MEASURED + inFlight) / peer.weight();
    }
    return peak.costNs(nowNs) * (inFlight + 1) / peer.weight();
  }

  private Peak peakOf(PeerView peer) {
    return peaks.computeIfAbsent(peer, any -> new Peak());
  }

  /** A moving average that follows a rise at once and a fall slowly. */
  private static final class Peak {
    private static final double FADE_NS = 10e9; // to 1/e

    private double costNs;
    private long atNs;

    void add(long tookNs, long nowNs) {
      double keep = Math.exp((atNs - nowNs) / FADE_NS);
      costNs = tookNs > costNs ? tookNs : costNs * keep + tookNs * (1 - keep);
      atNs = nowNs;
    }

    /** Fades while nothing is heard, so that a server with a bad past is tried again. */
    double costNs(long nowNs) {
      return costNs * Math.exp((atNs - nowNs) / FADE_NS);
    }
  }
}
