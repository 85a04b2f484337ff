package io.meshrpc.api;

/**
 * A server that was not chosen for a call, and why.
 *
 * @param endpoint its address
 * @param state where it stood in the liveness table
 * @param reason why it was passed over
 */
public record Candidate(String endpoint, PeerState state, String reason) {
  @Override
  public String toString() {
    return endpoint + " " + state + ": " + reason;
  }
}
