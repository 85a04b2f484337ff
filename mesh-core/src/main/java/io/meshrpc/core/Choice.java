package io.meshrpc.core;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What is put before the load balancer. One object for many choices: a pick allocates nothing. */
final class Choice implements LoadBalancer.Pick {
  private static final long WAIT_NS = 1_000_000L;

  private final Chooser chooser;
  private final RandomGenerator random;
  private @Nullable ClientCall call; // null: none is asked for
  private List<Peer> candidates = List.of();
  private boolean first;
  private boolean mayWait;
  private long waitNs;
  private int inFlight;
  private long now;

  Choice(Chooser chooser, RandomGenerator random) {
    this.chooser = chooser;
    this.random = random;
  }

  /** See {@link Chooser#choose}. */
  @Nullable
  Peer ask(
      LoadBalancer balancer,
      ClientCall forCall,
      List<Peer> among,
      boolean patient,
      int calls,
      long nowNs) {
    call = forCall;
    candidates = among;
    first = !forCall.hasAttempts() && forCall.options().server() == null;
    mayWait = patient;
    waitNs = WAIT_NS;
    inFlight = calls;
    now = nowNs;
    try {
      PeerView choice = balancer.pick(this);
      if (choice == null && mayWait) {
        return null;
      }
      if (choice instanceof Peer peer && isCandidate(peer)) {
        return peer;
      }
      throw new IllegalStateException("choice: "
          + (choice == null ? "none" : choice.endpoint())
          + " (expected: one of the candidates)");
    } finally {
      call = null;
    }
  }

  /** How long the choice may be put off. */
  long waitNs() {
    return waitNs;
  }

  @Override
  public List<Peer> candidates() {
    return candidates;
  }

  @Override
  public boolean isCandidate(PeerView view) {
    if (!(view instanceof Peer peer)) {
      return false;
    }
    boolean any = first && candidates.size() > 1; // of those that are ready
    return any && peer.isReady() ? peer.number(method()) != 0 : candidates.contains(peer);
  }

  @Override
  public @Nullable PeerView filling() {
    return chooser.filling(now);
  }

  @Override
  public MethodDescriptor<?, ?> method() {
    return current().method();
  }

  @Override
  public int attempt() {
    return current().nextNumber();
  }

  @Override
  public @Nullable String routingKey() {
    return current().options().routingKey();
  }

  @Override
  public int asked() {
    return current().asked();
  }

  @Override
  public boolean mayWait() {
    return mayWait;
  }

  @Override
  public void waitAtMost(long spanNs) {
    waitNs = Math.max(1, spanNs);
  }

  @Override
  public void probe(PeerView view) {
    if (view instanceof Peer peer) {
      chooser.probe(peer, method());
    }
  }

  @Override
  public int inFlight() {
    return inFlight;
  }

  @Override
  public long nowNs() {
    return now;
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  private ClientCall current() {
    ClientCall now = call;
    if (now == null) {
      throw new IllegalStateException("a Pick is valid during the call of pick only");
    }
    return now;
  }
}
