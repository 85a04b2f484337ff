package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends calls with the same {@linkplain io.meshrpc.api.CallOptions#withRoutingKey routing key} to the
 * same server, whichever client they come from: the candidate with the highest hash of key and
 * endpoint (rendezvous hashing, Thaler and Ravishankar 1998). When a server goes, its keys are spread
 * over the others; when one comes, it takes its share; no other key moves.
 *
 * <p>Load is bounded (Mirrokni, Thorup and Zadimoghaddam 2018): a server that has so many of this
 * client's calls in flight that one more would be above the bound times the average, rounded up, is
 * passed over for the one with the next hash. So a hot key spreads, and of calls that overlap some go
 * elsewhere, the more the fewer there are. A server's weight is not looked at.
 *
 * <p>A call without a key is left to another balancer.
 */
public final class RendezvousHash implements LoadBalancer {
  private static final double BOUND = 1.25;

  private final LoadBalancer others;
  private final double bound;

  /** With a bound of 1.25, and {@link SpeedWeightedProbing} for calls without a key. */
  public RendezvousHash() {
    this(new SpeedWeightedProbing());
  }

  /** With a bound of 1.25, and a balancer of one's own for calls without a key. */
  public RendezvousHash(LoadBalancer others) {
    this(others, BOUND);
  }

  /**
   * With a balancer for calls without a key, and a bound.
   *
   * @param bound how many times its average share of this client's calls in flight a server may have;
   *     at least 1; infinite if keys must not move for load
   */
  public RendezvousHash(LoadBalancer others, double bound) {
    this.others = Objects.requireNonNull(others, "others");
    if (!(bound >= 1)) {
      throw new IllegalArgumentException("bound: " + bound + " (expected: >= 1)");
    }
    this.bound = bound;
  }

  @Override
  public @Nullable PeerView pick(Pick pick) {
    String key = pick.routingKey();
    return key == null ? others.pick(pick) : pick(StableHash.of(key), pick.candidates());
  }

  @Override
  public void onReport(PeerView peer, MethodDescriptor<?, ?> method, long usualNs, long nowNs) {
    others.onReport(peer, method, usualNs, nowNs);
  }

  @Override
  public void onEnd(
      PeerView peer, MethodDescriptor<?, ?> method, Outcome outcome, long tookNs, long nowNs) {
    others.onEnd(peer, method, outcome, tookNs, nowNs);
  }

  @Override
  public void onGone(PeerView peer) {
    others.onGone(peer);
  }

  private PeerView pick(long key, List<? extends PeerView> candidates) {
    double most = most(candidates);
    PeerView best = candidates.get(0);
    long highest = Long.MIN_VALUE;
    for (int i = 0; i < candidates.size(); i++) {
      PeerView peer = candidates.get(i);
      if (peer.inFlight() >= most) {
        continue;
      }
      long hash = StableHash.of(key, StableHash.of(peer.endpoint()));
      if (hash >= highest) {
        highest = hash;
        best = peer;
      }
    }
    return best; // there always is one with room: one has no more than the average
  }

  /** How many calls a server may have, this one included. */
  private double most(List<? extends PeerView> candidates) {
    long inFlight = 1;
    for (int i = 0; i < candidates.size(); i++) {
      inFlight += candidates.get(i).inFlight();
    }
    return Math.ceil(bound * inFlight / candidates.size());
  }
}
