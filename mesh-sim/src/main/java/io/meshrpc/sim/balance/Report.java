package io.meshrpc.sim.balance;

import io.meshrpc.api.LoadReport;

/** What a server says of itself, with what calls of one method usually take there. */
record Report(LoadReport load, long usualNs) {
  static final Report NONE = new Report(LoadReport.NONE, 0);
}
