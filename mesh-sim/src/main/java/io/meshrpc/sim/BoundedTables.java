package io.meshrpc.sim;

import io.meshrpc.api.LoadReport;
import io.meshrpc.core.ClientEngine;

/** I9: tables hold what is under way and no more; queues keep their bounds. */
final class BoundedTables implements Invariant {
  private final Sim sim;

  BoundedTables(Sim sim) {
    this.sim = sim;
  }

  @Override
  public void onClientTurn(SimClient client) {
    ClientEngine engine = client.engine();
    if (engine != null && engine.inFlight() != client.open().size()) {
      String text = "%s counts %d calls, and %d are open";
      throw new Violation(
          "I9", text.formatted(client, engine.inFlight(), client.open().size()));
    }
  }

  @Override
  public void onLoad(SimServer server, LoadReport load) {
    Options options = sim.options;
    if (load.queued() > options.queueCountMax || load.running() > options.handlersMax()) {
      throw new Violation("I9", server + " exceeds its limits: " + load);
    }
  }

  @Override
  public void atRest(Sim at) {
    for (SimClient client : at.clients) {
      ClientEngine engine = client.engine();
      if (engine != null && engine.inFlight() != 0) {
        throw new Violation("I9", client + " at rest counts " + engine.inFlight() + " calls");
      }
      client.peers().forEach(peer -> {
        if (peer.inFlight() != 0) {
          throw new Violation("I9", client + " at rest has attempts at " + peer.endpoint());
        }
      });
    }
  }
}
