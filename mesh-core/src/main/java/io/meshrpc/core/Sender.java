package io.meshrpc.core;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.Status;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Request;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses servers and tells them what a call wants. The user's balancer and interceptor run here;
 * what they throw fails the one call and never the loop.
 */
final class Sender {
  private final LoadBalancer balancer;
  private final AttemptInterceptor interceptor;
  private final RandomGenerator random;
  private final ClientOutbox out;
  private boolean sent; // since it was last asked

  Sender(
      LoadBalancer balancer,
      AttemptInterceptor interceptor,
      RandomGenerator random,
      ClientOutbox out) {
    this.balancer = balancer;
    this.interceptor = interceptor;
    this.random = random;
    this.out = out;
  }

  /**
   * One of the candidates.
   *
   * @throws RuntimeException if the balancer throws, or names none of them
   */
  Peer pick(ClientCall call, List<Peer> candidates, int number) {
    PeerView picked =
        balancer.pick(new LoadBalancer.Pick(candidates, call.method(), number, random));
    if (picked instanceof Peer peer && candidates.contains(peer)) {
      return peer;
    }
    throw new IllegalArgumentException("picked: " + picked + " (expected: one of the candidates)");
  }

  /** Sends the attempt as it is now; null, or why its server cannot get it. */
  @Nullable
  Status send(Attempt attempt, long nowNs) {
    ClientCall call = attempt.call;
    Peer peer = attempt.peer;
    if (call.payload().length > peer.requestBytesMax) {
      return Failures.tooLarge("request", call.payload().length, peer.requestBytesMax, peer);
    }
    Request request;
    try {
      request = attempt.request(interceptor, nowNs);
    } catch (RuntimeException e) {
      return new Status(Code.INTERNAL, "the attempt interceptor threw " + e);
    }
    int metadataBytes = request.metadata().bytes();
    if (metadataBytes > peer.metadataBytesMax) {
      return Failures.tooLarge("metadata", metadataBytes, peer.metadataBytesMax, peer);
    }
    sent = true;
    attempt.session = peer.session;
    out.send(peer.id, peer.session, request);
    return null;
  }

  /** Asks for the work back if it has not started. */
  void revoke(Attempt attempt) {
    if (attempt.isOpen() && !attempt.revoking && isReachable(attempt)) {
      attempt.revoking = true;
      cancel(attempt, true);
    }
  }

  /** Says that nobody waits any longer. */
  void cancel(Attempt attempt) {
    if (isReachable(attempt)) {
      cancel(attempt, false);
    }
  }

  /** Tells the interceptor. */
  void ended(Attempt attempt, long nowNs) {
    if (interceptor == AttemptInterceptor.NONE || attempt.execution == Execution.NOT_SENT) {
      return;
    }
    try {
      interceptor.onEnd(attempt.trace(attempt.call.startNs, nowNs));
    } catch (RuntimeException e) {
      // it only watches; the call's end does not depend on it
    }
  }

  /** Whether any request was sent since this was last asked. */
  boolean takeSent() {
    boolean before = sent;
    sent = false;
    return before;
  }

  private void cancel(Attempt attempt, boolean onlyIfQueued) {
    Peer peer = attempt.peer;
    out.send(peer.id, peer.session, new Cancel(attempt.call.seq, attempt.number, onlyIfQueued));
  }

  private static boolean isReachable(Attempt attempt) {
    return attempt.peer.session != 0 && !attempt.lost;
  }
}
