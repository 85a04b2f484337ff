package io.meshrpc.api;

/**
 * Decides who may call what at a server. A call that is denied fails with {@link
 * Code#PERMISSION_DENIED} and {@link Execution#NOT_EXECUTED}: it takes no room in the queue, and its
 * handler does not run. {@link Permissions} is one made of rules.
 */
@FunctionalInterface
public interface Authorizer {
  /**
   * Whether the caller may call the method. Asked for every call, on the server's loop: it must not
   * block, wait or ask anybody else, for the server does nothing else meanwhile. What it throws is
   * logged, and denies the call.
   *
   * @param caller who calls; {@link PeerIdentity#NONE} if nothing was proven
   * @param method a method of this server
   */
  boolean mayCall(PeerIdentity caller, MethodDescriptor<?, ?> method);
}
