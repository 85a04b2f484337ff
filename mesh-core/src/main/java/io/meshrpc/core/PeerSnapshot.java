package io.meshrpc.core;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import java.time.Duration;

/** A row of the liveness table at one moment. */
record PeerSnapshot(
    String endpoint,
    String incarnation,
    String name,
    PeerState state,
    String reason,
    int inFlight,
    long oldestAgeNs,
    LoadReport load,
    long loadAgeNs,
    double weight,
    Duration roundTrip)
    implements PeerView {
  @Override
  public String toString() {
    return "%s %s %s (%s), in flight %d".formatted(endpoint, name, state, reason, inFlight);
  }
}
