package io.meshrpc.core;

import io.meshrpc.api.Authorizer;
import io.meshrpc.api.Code;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import org.jspecify.annotations.Nullable;

/** Knows who stands at the other end of each connection of a server, and what they may call. */
public final class Gate {
  /** Nobody is known, and everybody may call everything. */
  public static final Gate OPEN = new Gate(route -> PeerIdentity.NONE, null, () -> {});

  private final Identities identities;
  private final @Nullable Authorizer authorizer; // null: everybody may
  private final Runnable onDenied;

  /** Who proved what. */
  @FunctionalInterface
  public interface Identities {
    /** Whose connection it is. Asked once for each Hello. */
    PeerIdentity of(long route);
  }

  /**
   * A gate.
   *
   * @param authorizer null if everybody may call everything; must not throw
   * @param onDenied hears of each call that was denied
   */
  public Gate(Identities identities, @Nullable Authorizer authorizer, Runnable onDenied) {
    this.identities = identities;
    this.authorizer = authorizer;
    this.onDenied = onDenied;
  }

  PeerIdentity identity(long route) {
    return identities.of(route);
  }

  /** Why the caller may not call this method; null if it may. */
  @Nullable
  Response objection(PeerIdentity caller, Request request, MethodStats stats) {
    if (authorizer == null || authorizer.mayCall(caller, stats.method())) {
      return null;
    }
    onDenied.run();
    return Answers.notExecuted(
        request.seq(),
        request.attempt(),
        Code.PERMISSION_DENIED,
        Reason.NOT_AUTHORIZED,
        caller + " may not call " + stats.method().fullName());
  }
}
