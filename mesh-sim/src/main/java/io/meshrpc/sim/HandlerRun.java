package io.meshrpc.sim;

import io.meshrpc.core.ServerCall;

/** One execution of a handler: an entry in the servers' own record, which judges. */
final class HandlerRun {
  final SimCall call;
  final ServerCall serverCall;
  final SimServer server;
  final int boot;
  final int attempt;
  final long startedNs; // true time
  boolean hangs; // does not end before it is freed
  int plans; // of its end; the last one counts
  boolean ended;

  HandlerRun(SimCall call, ServerCall serverCall, SimServer server, long startedNs) {
    this.call = call;
    this.serverCall = serverCall;
    this.server = server;
    this.boot = server.boot();
    this.attempt = serverCall.attempt();
    this.startedNs = startedNs;
  }

  @Override
  public String toString() {
    return "#%d at s%d boot %d at %.6f%s"
        .formatted(attempt, server.index(), boot, startedNs / 1e9, ended ? "" : " (not ended)");
  }
}
