package io.meshrpc.api;

import java.time.Duration;

/**
 * A server as its client sees it. In a {@link LoadBalancer} it is live and belongs to the loop
 * thread; elsewhere it is a snapshot.
 */
public interface PeerView {
  /** Its address, such as {@code tcp://10.0.0.1:7400}. */
  String endpoint();

  /** Its node id, 32 hexadecimal digits; empty before its first Welcome. */
  String incarnation();

  /** The name that it gave itself; may be empty. */
  String name();

  /** Where it stands. */
  PeerState state();

  /** Why it stands there. */
  String reason();

  /** Attempts of this client under way there. */
  int inFlight();

  /** The age of the oldest of them in nanoseconds; 0 if there is none. */
  long oldestAgeNs();

  /** Its latest report. */
  LoadReport load();

  /** The age of that report in nanoseconds; {@link Long#MAX_VALUE} if there is none. */
  long loadAgeNs();

  /** The share that it should get beside a peer with 1.0: from 0.1 while it warms up. */
  double weight();

  /** Smoothed round trip of pings; zero before the first. */
  Duration roundTrip();
}
