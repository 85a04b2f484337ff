package io.meshrpc.bench;

import io.meshrpc.MeshClient;
import io.meshrpc.api.PeerState;
import io.meshrpc.bench.BenchPeer.ClientSetup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The main class of a JVM with many mesh clients, each connected to all servers. */
final class ScaleClients {
  static final int IN_FLIGHT = 16; // of each client
  private static final int PAYLOAD_BYTES = 16;
  private static final long CONNECT_MAX_NS = TimeUnit.MINUTES.toNanos(3);

  private final List<MeshClient> clients = new ArrayList<>();
  private final Usage.Meter meter = new Usage.Meter();
  private @Nullable LoadRun load;

  private ScaleClients() {}

  /** Does what it is told until the parent has gone. */
  public static void main(String[] args) throws Exception {
    ScaleClients all = new ScaleClients();
    Lines lines = new Lines();
    lines.ready("started");
    lines.serve(all::answer);
  }

  private String answer(String command, String argument) throws Exception {
    return switch (command) {
      case "connect" -> connect(argument.split(" ", -1));
      case "run" -> run(Long.parseLong(argument));
      case "close" -> close();
      case "usage" -> meter.read().line();
      case "memory" -> Memory.read().line();
      default -> throw Lines.unknown(command);
    };
  }

  /** Words: how many clients, and the servers. Answers with the milliseconds until all are usable. */
  private String connect(String[] words) throws InterruptedException {
    int count = Integer.parseInt(words[0]);
    String[] servers = List.of(words).subList(1, words.length).toArray(String[]::new);
    long beginNs = System.nanoTime();
    for (int i = 0; i < count; i++) {
      clients.add(MeshClient.builder().connect(servers).build());
    }
    for (MeshClient client : clients) {
      while (client.peers().stream().anyMatch(peer -> !isUsable(peer.state()))) {
        if (System.nanoTime() - beginNs > CONNECT_MAX_NS) {
          throw new IllegalStateException("not connected after 3 min: "
              + client.peers().stream().filter(peer -> !isUsable(peer.state())).findFirst());
        }
        TimeUnit.MILLISECONDS.sleep(2);
      }
    }
    return Double.toString((System.nanoTime() - beginNs) / 1e6);
  }

  private static boolean isUsable(PeerState state) {
    return state == PeerState.UP
        || state == PeerState.WARMING
        || state == PeerState.PROBATION; // which only a call can end
  }

  private String run(long spanNs) throws Exception {
    if (load == null) {
      int count = clients.size();
      load = new LoadRun(
          new InTurn(clients),
          new Load(Load.Mode.THROUGHPUT, PAYLOAD_BYTES, IN_FLIGHT * count, count, 0));
    }
    return load.run(spanNs).line();
  }

  private String close() {
    if (load != null) {
      load.close();
      load = null;
    }
    clients.forEach(MeshClient::close);
    clients.clear();
    return "closed";
  }

  /** Gives each thread the next client. */
  private static final class InTurn implements BenchClient {
    private final List<BenchClient> clients = new ArrayList<>();
    private int next;

    InTurn(List<MeshClient> meshes) {
      ClientSetup setup = new ClientSetup(List.of(), PAYLOAD_BYTES, false);
      meshes.forEach(mesh -> clients.add(new MeshPeer.Client(mesh, setup, false)));
    }

    private BenchClient next() {
      return clients.get(next++ % clients.size());
    }

    @Override
    public BlockingCaller caller() throws Exception {
      return next().caller();
    }

    @Override
    public Pipeline pipeline(int size) throws Exception {
      return next().pipeline(size);
    }

    @Override
    public void close() {
      // Its owner closes the clients.
    }
  }
}
