package io.meshrpc.core;

import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.wire.Probe;
import io.meshrpc.wire.ProbeReply;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Lets the load balancer choose, and carries its questions to the servers. */
final class Chooser {
  private static final int YOUNG_USES = 4096;
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

  private Choice choice;
  private int uses; // of that one

  Chooser(LoadBalancer balancer, RandomGenerator random, ClientOutbox out) {
    this.balancer = balancer;
    this.random = random;
    this.out = out;
    this.choice = new Choice(this, random);
  }

  /**
   * Chooses; null if the choice is put off.
   *
   * @throws IllegalStateException if the balancer breaks its contract
   */
  @Nullable
  Peer choose(ClientCall forCall, List<Peer> among, boolean patient, int calls, long nowNs) {
    if (++uses > YOUNG_USES) {
      choice = new Choice(this, random); // before it is old, as the ends of a Chain
      uses = 0;
    }
    Peer peer = choice.ask(balancer, forCall, among, patient, calls, nowNs);
    if (peer != null) {
      keep(peer, forCall, nowNs);
    }
    return peer;
  }

  private void keep(Peer peer, ClientCall forCall, long nowNs) {
    boolean other = peer != latest || nowNs != latestNs;
    latestBytes = (other ? 0 : latestBytes) + forCall.payloadBytes();
    if (peer != latest) { // a store of what is there already costs G1 as much as another
      latest = peer;
    }
    latestNs = nowNs;
  }

  /** The server that what was chosen before in this turn leaves for, unless that is full. */
  @Nullable
  Peer filling(long nowNs) {
    Peer peer = latest;
    boolean is = peer != null && peer.session != 0 && nowNs == latestNs;
    return is && latestBytes <= FILLING_BYTES_MAX ? peer : null;
  }

  /** Asks the server how busy it is, and for how long this method usually takes there. */
  void probe(Peer peer, MethodDescriptor<?, ?> method) {
    if (peer.session != 0) {
      long id = (++probes << METHOD_BITS) | placeOf(method);
      out.send(peer.id, peer.session, new Probe(id, peer.number(method)));
    }
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
    return choice.waitNs();
  }

  /** Which method a probe was about; null if this client never sent it. */
  private @Nullable MethodDescriptor<?, ?> methodOf(ProbeReply reply) {
    int place = (int) (reply.id() & ((1 << METHOD_BITS) - 1));
    return place < probed.size() ? probed.get(place) : null;
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
}
