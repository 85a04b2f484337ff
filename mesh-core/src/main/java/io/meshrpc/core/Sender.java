package io.meshrpc.core;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.Code;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Status;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Request;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells servers what a call wants. The user's interceptor runs here; what it throws fails the one
 * call and never the loop.
 */
final class Sender {
  private final AttemptInterceptor interceptor;
  private final ClientOutbox out;
  private boolean sent; // since it was last asked

  Sender(AttemptInterceptor interceptor, ClientOutbox out) {
    this.interceptor = interceptor;
    this.out = out;
  }

  /** Sends the attempt as it is now; null, or why its server cannot get it. */
  @Nullable
  Status send(Attempt attempt, long nowNs) {
    ClientCall call = attempt.call;
    Peer peer = attempt.peer;
    if (call.payloadBytes() > peer.requestBytesMax) {
      return Failures.tooLarge("request", call.payloadBytes(), peer.requestBytesMax, peer);
    }
    Request request;
    try {
      request = attempt.request(metadata(attempt), nowNs);
    } catch (Throwable e) {
      attempt.trouble().culprit = e;
      return new Status(Code.INTERNAL, "the attempt interceptor failed: " + e);
    }
    int metadataBytes = request.metadata().bytes();
    if (metadataBytes > peer.metadataBytesMax) {
      attempt.announce();
      return Failures.tooLarge("metadata", metadataBytes, peer.metadataBytesMax, peer);
    }
    sent = true;
    attempt.session = peer.session;
    out.send(peer.id, peer.session, request);
    return null;
  }

  private Metadata metadata(Attempt attempt) {
    ClientCall call = attempt.call;
    Metadata asked = call.options().metadata();
    if (interceptor == AttemptInterceptor.NONE) {
      return asked;
    }
    Metadata metadata =
        interceptor.onSend(call.method(), attempt.number, attempt.peer.endpoint(), asked);
    return Objects.requireNonNull(metadata, "metadata: null (expected: what to send along)");
  }

  /** Asks for the work back if it has not started. */
  void revoke(Attempt attempt) {
    if (attempt.isOpen() && !attempt.isRevoking() && isReachable(attempt)) {
      attempt.revoke(true);
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
    if (interceptor == AttemptInterceptor.NONE || !attempt.wasAnnounced()) {
      return;
    }
    try {
      interceptor.onEnd(attempt.trace(attempt.call.startNs, nowNs));
    } catch (Throwable e) {
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
    return attempt.peer.session != 0 && !attempt.isLost();
  }
}
