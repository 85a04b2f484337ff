package io.meshrpc.sim.balance;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a balancer is asked; one object for all choices of a run. */
final class Choice implements LoadBalancer.Pick {
  /** Where a balancer's questions go. */
  interface Asking {
    void probe(ServerView view, Kind kind);
  }

  private static final long WAIT_NS = 1_000_000L; // as the real client

  private final Clock clock;
  private final Asking asking;
  private @Nullable Request request;
  private boolean mayWait;
  private long waitNs;

  Choice(Clock clock, Asking asking) {
    this.clock = clock;
    this.asking = asking;
  }

  /** Asks the client's balancer; null if it puts the choice off. */
  @Nullable
  ServerView choose(Request about, boolean patient) {
    request = about;
    mayWait = patient;
    waitNs = WAIT_NS;
    PeerView chosen = about.client.balancer.pick(this);
    if (chosen instanceof ServerView view && isCandidate(view)) {
      return view;
    }
    if (chosen == null && patient) {
      return null;
    }
    throw new IllegalStateException("choice: " + chosen + " (expected: one of the candidates)");
  }

  long waitNs() {
    return waitNs;
  }

  @Override
  public List<ServerView> candidates() {
    Client client = current().client;
    return client.candidates == client.views.size()
        ? client.views
        : client.views.subList(0, client.candidates);
  }

  @Override
  public boolean isCandidate(PeerView peer) {
    return peer instanceof ServerView view
        && view.client == current().client
        && view.server.index < view.client.candidates;
  }

  @Override
  public MethodDescriptor<?, ?> method() {
    return current().kind.method();
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
    return current().asked;
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
  public void probe(PeerView peer) {
    asking.probe((ServerView) peer, current().kind);
  }

  @Override
  public int inFlight() {
    return current().client.inFlight;
  }

  @Override
  public long nowNs() {
    return clock.nowNs;
  }

  @Override
  public RandomGenerator random() {
    return current().client.chance;
  }

  /** The call that is asked about; the oracle looks closer. */
  Kind kind() {
    return current().kind;
  }

  private Request current() {
    Request now = request;
    if (now == null) {
      throw new IllegalStateException("no choice is under way");
    }
    return now;
  }
}
