package io.meshrpc.core;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import io.meshrpc.wire.Probe;
import io.meshrpc.wire.ProbeReply;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Puts a choice before the load balancer, and carries its questions to the servers. One object for
 * all choices: a pick allocates nothing.
 */
final class Chooser implements LoadBalancer.Pick {
  private static final long WAIT_NS = 1_000_000L;
  private static final int METHOD_BITS = 16;
  private static final long FILLING_BYTES_MAX = 64 << 10;

  private final LoadBalancer balancer;
  private final RandomGenerator random;
  private final ClientOutbox out;
  private final List<MethodDescriptor<?, ?>> probed = new ArrayList<>(); // by their place in an id
  private final Map<MethodDescriptor<?, ?>, Integer> places = new HashMap<>();
  private long probes;
  private @Nullable Peer latest; // the choice before
  private long latestNs; // its turn: what was chosen in one turn leaves at its end
  private long latestBytes; // payloads that it was chosen for in a row

  // The choice under way.
  private @Nullable ClientCall call;
  private List<Peer> candidates = List.of();
  private boolean first;
  private boolean mayWait;
  private long waitNs;
  private int inFlight;
  private long now;

  Chooser(LoadBalancer balancer, RandomGenerator random, ClientOutbox out) {
    this.balancer = balancer;
    this.random = random;
    this.out = out;
  }

  /**
   * Chooses; null if the choice is put off.
   *
   * @throws IllegalStateException if the balancer breaks its contract
   */
  @Nullable
  Peer choose(ClientCall forCall, List<Peer> among, boolean patient, int calls, long nowNs) {
    call = forCall;
    candidates =
        candidates == among ? candidates : among; // most are those of before, see decision 21
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
        keep(peer, forCall);
        return peer;
      }
      throw new IllegalStateException("choice: "
          + (choice == null ? "none" : choice.endpoint())
          + " (expected: one of the candidates)");
    } finally {
      call = null;
    }
  }

  private void keep(Peer choice, ClientCall forCall) {
    boolean other = choice != latest || now != latestNs;
    latestBytes = (other ? 0 : latestBytes) + forCall.payload().length;
    latest = choice == latest ? latest : choice;
    latestNs = now;
  }

  /** Tells the balancer what a server said. What it throws is its own affair. */
  private void report(Peer peer, MethodDescriptor<?, ?> method, long usualNs, long nowNs) {
    try {
      balancer.onReport(peer, method, usualNs, nowNs);
    } catch (Throwable e) {
      // it only listens; no call depends on it
    }
  }

  /** Tells the balancer of an answer. */
  void answered(Attempt attempt, Response answer, long nowNs) {
    report(attempt.peer, attempt.call.method(), answer.usualServiceUs() * 1000, nowNs);
    if (attempt.isOpen()) {
      ended(attempt, RetryRules.outcome(answer), nowNs);
    }
  }

  /** Tells the balancer what a probe has brought. */
  void onProbeReply(Peer peer, ProbeReply reply, long nowNs) {
    MethodDescriptor<?, ?> method = methodOf(reply);
    if (method != null) {
      report(peer, method, reply.usualServiceUs() * 1000, nowNs);
    }
  }

  /** Tells the balancer how an attempt ended, and keeps it in mind. */
  void ended(Attempt attempt, LoadBalancer.Outcome outcome, long nowNs) {
    Outliers.count(attempt.peer, outcome, nowNs);
    long tookNs = nowNs - attempt.sentNs;
    try {
      balancer.onEnd(attempt.peer, attempt.call.method(), outcome, tookNs, nowNs);
    } catch (Throwable e) {
      // as above
    }
  }

  /** Tells the balancer that what it knows of a server is void. */
  void gone(Peer peer) {
    latest = peer == latest ? null : latest;
    try {
      balancer.onGone(peer);
    } catch (Throwable e) {
      // as above
    }
  }

  /** How long the choice that was just put off may wait. */
  long waitNs() {
    return waitNs;
  }

  /** Which method a probe was about; null if this client never sent it. */
  private @Nullable MethodDescriptor<?, ?> methodOf(ProbeReply reply) {
    int place = (int) (reply.id() & ((1 << METHOD_BITS) - 1));
    return place < probed.size() ? probed.get(place) : null;
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
    Peer peer = latest;
    boolean is = peer != null && peer.session != 0 && now == latestNs;
    return is && latestBytes <= FILLING_BYTES_MAX ? peer : null;
  }

  @Override
  public MethodDescriptor<?, ?> method() {
    return current().method();
  }

  @Override
  public int attempt() {
    return current().numbers + 1;
  }

  @Override
  public @Nullable String routingKey() {
    return current().options().routingKey();
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
  public void probe(PeerView view) {
    if (view instanceof Peer peer && peer.session != 0) {
      long id = (++probes << METHOD_BITS) | placeOf(method());
      out.send(peer.id, peer.session, new Probe(id, peer.number(method())));
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

  private int placeOf(MethodDescriptor<?, ?> method) {
    Integer place = places.get(method);
    if (place == null) {
      place = Math.min(probed.size(), (1 << METHOD_BITS) - 1);
      places.put(method, place);
      probed.add(method);
    }
    return place;
  }

  private ClientCall current() {
    ClientCall now = call;
    if (now == null) {
      throw new IllegalStateException("a Pick is valid during the call of pick only");
    }
    return now;
  }
}
