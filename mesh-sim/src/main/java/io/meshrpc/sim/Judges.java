package io.meshrpc.sim;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.PeerState;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All invariants of a run, as one. */
final class Judges implements Invariant {
  private final List<Invariant> all = new ArrayList<>();

  /** Those that apply; in a hostile network fewer do, see docs/guide/simulator.md. */
  static Judges of(Sim sim) {
    Judges judges = new Judges();
    Options options = sim.options;
    if (!options.judged) {
      return judges;
    }
    judges.all.add(new EndsOnce(sim));
    judges.all.add(new BoundedTables(sim));
    if (!options.forges) {
      judges.all.add(new TrueLoad());
      judges.all.add(new NotTooLate());
      judges.all.add(new OwnAnswer());
      judges.all.add(new GoodRoutes());
      judges.all.add(new BoundedRetries());
      judges.all.add(new EarnedRetries());
      judges.all.add(new BoundedHedges(options.hedge));
      judges.all.add(new AllBack());
      judges.all.add(new TrueTrail());
      judges.all.add(new SilenceNoticed(options.liveness, options.servers));
    }
    if (!options.forges && options.fenced) {
      judges.all.add(new AskedInSession());
    }
    if (!options.forges && !options.duplicates && !options.reorders) {
      judges.all.add(new WishesKept());
    }
    if (!options.forges && !options.duplicates) {
      judges.all.add(new AtMostOnce());
      judges.all.add(new DisownedNeverRuns());
      judges.all.add(new TrueExecution());
    }
    return judges;
  }

  /** A server is about to read a batch of this connection; null if it is known to be gone. */
  void tell(SimServer server, @Nullable Connection from, Batch batch) {
    if (from != null) {
      onRead(server, from, batch);
    }
    for (Packet packet : batch.packets()) {
      SimCall call = packet instanceof Request asked ? server.sim.callOf(asked.payload()) : null;
      if (call != null) {
        onAsked(server, call, (Request) packet);
      }
    }
  }

  @Override
  public void onStarted(SimCall call) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onStarted(call);
    }
  }

  @Override
  public void onSend(SimClient client, SimCall call, long route, Request request) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onSend(client, call, route, request);
    }
  }

  @Override
  public void onRun(HandlerRun run) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onRun(run);
    }
  }

  @Override
  public void onAnswer(SimServer server, SimCall call, Response response) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onAnswer(server, call, response);
    }
  }

  @Override
  public void onTakenBack(SimServer server, SimCall call, int attempt) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onTakenBack(server, call, attempt);
    }
  }

  @Override
  public void onLoad(SimServer server, LoadReport load) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onLoad(server, load);
    }
  }

  @Override
  public void onAsked(SimServer server, SimCall call, Request request) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onAsked(server, call, request);
    }
  }

  @Override
  public void onRead(SimServer server, Connection from, Batch batch) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onRead(server, from, batch);
    }
  }

  @Override
  public void onSaid(SimServer server, Connection to, Packet packet) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onSaid(server, to, packet);
    }
  }

  @Override
  public void onLost(SimServer server, Connection connection) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onLost(server, connection);
    }
  }

  @Override
  public void onHeard(SimClient client, SimServer server, Batch batch) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onHeard(client, server, batch);
    }
  }

  @Override
  public void onMoved(SimClient client, SimServer server, PeerState to, String reason) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onMoved(client, server, to, reason);
    }
  }

  @Override
  public void onEnded(SimCall call, boolean again, @Nullable Response response) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onEnded(call, again, response);
    }
  }

  @Override
  public void onClientTurn(SimClient client) {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).onClientTurn(client);
    }
  }

  @Override
  public void atRest(Sim sim) {
    all.forEach(each -> each.atRest(sim));
  }
}
