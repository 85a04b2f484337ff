package io.meshrpc.bench;

import io.meshrpc.bench.BenchPeer.ClientSetup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients of one JVM that take the calls in turn. */
final class SeveralClients implements BenchClient {
  private final List<BenchClient> clients;
  private int next;

  private SeveralClients(List<BenchClient> clients) {
    this.clients = clients;
  }

  /** So many, or the one itself. */
  static BenchClient connect(BenchPeer peer, ClientSetup setup, int count) throws Exception {
    List<BenchClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(peer.connect(setup));
    }
    return count == 1 ? clients.get(0) : new SeveralClients(clients);
  }

  @Override
  public BlockingCaller caller() throws Exception {
    return clients.get(next++ % clients.size()).caller();
  }

  @Override
  public Pipeline pipeline(int size) throws Exception {
    List<Pipeline> pipelines = new ArrayList<>();
    for (BenchClient client : clients) {
      pipelines.add(client.pipeline(size));
    }
    AtomicInteger turn = new AtomicInteger(next++); // each thread begins with another
    return call -> {
      int index = Math.floorMod(turn.getAndIncrement(), pipelines.size());
      pipelines.get(index).start(call);
    };
  }

  @Override
  public void close() {
    clients.forEach(BenchClient::close);
  }
}
