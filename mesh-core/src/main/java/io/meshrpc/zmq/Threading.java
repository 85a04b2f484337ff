package io.meshrpc.zmq;

import io.meshrpc.security.CurveSecurity;
import io.meshrpc.security.MeshSecurity;
import org.jspecify.annotations.Nullable;

/**
 * What a node gives to its loop and its connections.
 *
 * @param spinNs how long the loop looks around after its last work before it sleeps
 * @param ioThreads threads of ZeroMQ that read and write; 0: the loop does
 */
public record Threading(long spinNs, int ioThreads) {
  /** No spinning, and a loop that reads and writes. */
  public static final Threading DEFAULT = new Threading(0, 0);

  /** What a user has asked for; CURVE encrypts in a thread that reads and writes, not in the loop. */
  public static Threading of(long spinNs, int ioThreads, @Nullable MeshSecurity security) {
    int least = security instanceof CurveSecurity ? 1 : 0;
    return new Threading(spinNs, Math.max(least, ioThreads));
  }
}
