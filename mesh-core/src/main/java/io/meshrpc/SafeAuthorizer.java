package io.meshrpc;

import io.meshrpc.api.Authorizer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.edge.RareLog;

/** Denies what the user's authorizer fails to decide. Owned by the loop thread. */
final class SafeAuthorizer implements Authorizer {
  private final Authorizer inner;
  private final RareLog failures = new RareLog();

  SafeAuthorizer(Authorizer inner) {
    this.inner = inner;
  }

  @Override
  public boolean mayCall(PeerIdentity caller, MethodDescriptor<?, ?> method) {
    try {
      return inner.mayCall(caller, method);
    } catch (Throwable e) { // it is the user's, and must not end the loop
      failures.warn("the authorizer failed, and calls are denied", e);
      return false;
    }
  }
}
