package io.meshrpc.core;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A first attempt's choice at a moment that does not pass; questions go nowhere. */
record BenchPick(
    List<? extends PeerView> candidates, MethodDescriptor<?, ?> method, RandomGenerator random)
    implements LoadBalancer.Pick {
  @Override
  public boolean isCandidate(PeerView peer) {
    return peer.state() == PeerState.UP;
  }

  @Override
  public int attempt() {
    return 1;
  }

  @Override
  public @Nullable String routingKey() {
    return null;
  }

  @Override
  public int asked() {
    return 0;
  }

  @Override
  public boolean mayWait() {
    return false;
  }

  @Override
  public void waitAtMost(long spanNs) {}

  @Override
  public void probe(PeerView peer) {}

  @Override
  public int inFlight() {
    return 64;
  }

  @Override
  public long nowNs() {
    return 1_000_000;
  }
}
