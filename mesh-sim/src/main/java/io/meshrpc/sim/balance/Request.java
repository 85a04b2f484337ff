package io.meshrpc.sim.balance;

import org.jspecify.annotations.Nullable;

/** A call on its way; one attempt each. */
final class Request {
  enum Place {
    CLIENT,
    NETWORK,
    SERVER,
    ENDED
  }

  final Client client;
  final Kind kind;
  final double workNs;
  final long intendedNs;
  final boolean measured;
  Place place = Place.CLIENT;

  // The choice.
  int asked;

  @Nullable
  ServerView view; // null until chosen

  long sentNs;

  // In its view's list of what is in flight, in the order of sending.
  @Nullable
  Request before;

  @Nullable
  Request after;

  // At the server.
  double leftNs; // work, at speed 1
  long cameNs;
  int found; // requests that were there when it came
  long startNs;
  long sinceNs; // what is left was true then
  long finishNs = -1;
  boolean failed;
  Report report = Report.NONE;

  Request(Client client, Kind kind, double workNs, long intendedNs, boolean measured) {
    this.client = client;
    this.kind = kind;
    this.workNs = workNs;
    this.intendedNs = intendedNs;
    this.measured = measured;
  }

  boolean hasEnded() {
    return place == Place.ENDED;
  }
}
