package io.meshrpc.sim.balance;

/** A question for a report, and later its answer. */
final class Probe {
  final ServerView view;
  final Kind kind;
  Report report = Report.NONE;

  Probe(ServerView view, Kind kind) {
    this.view = view;
    this.kind = kind;
  }
}
