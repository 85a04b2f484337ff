package io.meshrpc.zmq;

import io.meshrpc.api.Authorizer;
import io.meshrpc.security.MeshSecurity;
import org.jspecify.annotations.Nullable;

/**
 * Whom a server believes, and whom it lets do what.
 *
 * @param security null: everybody is believed to be nobody in particular
 * @param authorizer null: everybody may call everything; must not throw
 */
public record Trust(
    @Nullable MeshSecurity security, @Nullable Authorizer authorizer) {
  /** Everybody may call everything. */
  public static final Trust OPEN = new Trust(null, null);
}
