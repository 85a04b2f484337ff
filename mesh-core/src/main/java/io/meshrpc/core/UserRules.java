package io.meshrpc.core;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.Code;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.Status;
import io.meshrpc.wire.Request;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the user's own code says about an attempt: where it goes, and what goes along. That code may
 * fail; then its call fails, and the loop goes on.
 */
final class UserRules {
  private final LoadBalancer balancer;
  private final AttemptInterceptor interceptor;
  private final RandomGenerator random;

  /** An attempt cannot be sent. */
  static final class Unsendable extends Exception {
    private static final long serialVersionUID = 1L;

    final transient Status status;

    Unsendable(Status status, @Nullable Throwable cause) {
      super(status.toString(), cause);
      this.status = status;
    }
  }

  UserRules(LoadBalancer balancer, AttemptInterceptor interceptor, RandomGenerator random) {
    this.balancer = balancer;
    this.interceptor = interceptor;
    this.random = random;
  }

  /** One of the candidates. */
  Peer pick(List<Peer> candidates, ClientCall call, int number) throws Unsendable {
    PeerView chosen;
    try {
      chosen = balancer.pick(new LoadBalancer.Pick(
          Collections.unmodifiableList(candidates), call.method(), number, random));
    } catch (Throwable e) { // whatever it throws, other calls go on
      throw broken("the load balancer failed: " + e, e);
    }
    for (int i = 0; i < candidates.size(); i++) {
      if (candidates.get(i) == chosen) {
        return candidates.get(i);
      }
    }
    String text = "the load balancer chose %s (expected: one of the candidates)";
    throw broken(text.formatted(chosen == null ? "null" : chosen.endpoint()), null);
  }

  /** What to send for an attempt, unless its server is known not to take it. */
  Request request(Attempt attempt, long nowNs) throws Unsendable {
    Metadata metadata = metadata(attempt.call, attempt.peer, attempt.number);
    Failures.checkSize(attempt.call, metadata, attempt.peer);
    return attempt.request(metadata, nowNs);
  }

  private Metadata metadata(ClientCall call, Peer peer, int number) throws Unsendable {
    Metadata asked = call.options().metadata();
    if (interceptor == AttemptInterceptor.NONE) {
      return asked;
    }
    Metadata metadata;
    try {
      metadata = interceptor.onSend(call.method(), number, peer.endpoint(), asked);
    } catch (Throwable e) { // as above
      throw broken("the attempt interceptor failed: " + e, e);
    }
    if (metadata == null) {
      throw broken("the attempt interceptor returned null (expected: metadata)", null);
    }
    return metadata;
  }

  /** Tells of an attempt that ended; what is thrown then changes nothing any more. */
  void onEnd(Attempt attempt, long nowNs) {
    if (interceptor == AttemptInterceptor.NONE) {
      return;
    }
    try {
      interceptor.onEnd(attempt.trace(attempt.call.startNs, nowNs));
    } catch (Throwable e) { // the shell logs it; here it must not stop what is being ended
      return;
    }
  }

  private static Unsendable broken(String text, @Nullable Throwable cause) {
    return new Unsendable(new Status(Code.INTERNAL, text), cause);
  }
}
