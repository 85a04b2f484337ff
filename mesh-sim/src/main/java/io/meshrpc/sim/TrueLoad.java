package io.meshrpc.sim;

import io.meshrpc.api.LoadReport;
import io.meshrpc.core.ServerEngine;

/** I4: what a server reports to run is what runs, and at rest it is nothing. */
final class TrueLoad implements Invariant {
  @Override
  public void onLoad(SimServer server, LoadReport load) {
    if (load.running() != server.runningCount() || load.queued() < 0) {
      String text = "%s reports %s, and %d handlers run";
      throw new Violation("I4", text.formatted(server, load, server.runningCount()));
    }
  }

  @Override
  public void atRest(Sim sim) {
    for (SimServer server : sim.servers) {
      ServerEngine engine = server.engine();
      LoadReport load = engine == null ? LoadReport.NONE : engine.load(server.shownNs());
      if (load.inServer() != 0) {
        throw new Violation("I4", server + " at rest: " + load);
      }
    }
  }
}
