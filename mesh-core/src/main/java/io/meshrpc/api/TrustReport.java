package io.meshrpc.api;

/**
 * What a server's security has done since it started.
 *
 * @param peersAdmitted connections whose peer has proven who it is
 * @param peersRefused connections that were refused, and those that failed later
 * @param callsDenied calls that the {@link Authorizer} denied
 */
public record TrustReport(long peersAdmitted, long peersRefused, long callsDenied) {
  /** Nothing yet. */
  public static final TrustReport NONE = new TrustReport(0, 0, 0);
}
