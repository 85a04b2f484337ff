package io.meshrpc;

import io.meshrpc.api.Authorizer;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.edge.SafeLog;
import java.lang.System.Logger.Level;

/** Denies what the user's authorizer fails to decide. Owned by the loop thread. */
final class SafeAuthorizer implements Authorizer {
  private final Authorizer inner;
  private long failures;

  SafeAuthorizer(Authorizer inner) {
    this.inner = inner;
  }

  @Override
  public boolean mayCall(PeerIdentity caller, MethodDescriptor<?, ?> method) {
    try {
      return inner.mayCall(caller, method);
    } catch (Throwable e) { // it is the user's, and must not end the loop
      failures++;
      if (Long.bitCount(failures) == 1) {
        SafeLog.log(
            Level.WARNING, "the authorizer failed " + failures + " times; calls are denied", e);
      }
      return false;
    }
  }
}
