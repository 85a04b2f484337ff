package io.meshrpc.policy;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A choice for balancers that look at the candidates and nothing else. */
record FakePick(
    List<FakePeer> candidates, MethodDescriptor<?, ?> method, int attempt, RandomGenerator random)
    implements LoadBalancer.Pick {
  @Override
  public boolean isCandidate(PeerView peer) {
    return candidates.stream().anyMatch(known -> known == peer);
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
  public void waitAtMost(long spanNs) {
    throw new UnsupportedOperationException("it must not wait");
  }

  @Override
  public void probe(PeerView peer) {
    throw new UnsupportedOperationException("it must not ask");
  }

  @Override
  public int inFlight() {
    return 0;
  }

  @Override
  public long nowNs() {
    return 0;
  }
}
