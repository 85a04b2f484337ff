package io.meshrpc.soak;

import static org.awaitility.Awaitility.await;

import io.meshrpc.MeshClient;
import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.awaitility.core.ConditionTimeoutException;

/** Clients in this process, servers in processes of their own, and a proxy between each two. */
final class Mesh implements AutoCloseable {
  // Below the ports that systems hand out by themselves, so that nobody takes a dead server's port.
  private static final int PORT_MIN = 15_000;
  private static final int PORT_MAX = 32_000;
  private static final Duration BACK_MAX = Duration.ofSeconds(20);

  private final List<ServerJvm> servers = new ArrayList<>();
  private final List<FaultProxy> proxies = new ArrayList<>();
  private final AtomicReferenceArray<MeshClient> clients;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicInteger calm = new AtomicInteger(); // 0: there may be faults
  private final AtomicInteger calms = new AtomicInteger();

  Mesh(int clientCount, int serverCount, Path directory) throws IOException {
    for (int i = 0; i < serverCount; i++) {
      servers.add(new ServerJvm(freePort(), directory));
    }
    clients = new AtomicReferenceArray<>(clientCount);
    for (int i = 0; i < clientCount * serverCount; i++) {
      proxies.add(new FaultProxy(servers.get(i % serverCount).port));
    }
    for (int i = 0; i < clientCount; i++) {
      clients.set(i, newClient(i));
    }
  }

  private MeshClient newClient(int index) {
    String[] endpoints = new String[servers.size()];
    for (int s = 0; s < endpoints.length; s++) {
      endpoints[s] = proxy(index, s).endpoint();
    }
    return MeshClient.builder()
        .connect(endpoints)
        .name("soak-" + index)
        .interceptAttempts(new AttemptInterceptor() {
          @Override
          public Metadata onSend(
              MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
            sent.incrementAndGet();
            return metadata;
          }
        })
        .build();
  }

  AtomicReferenceArray<MeshClient> clients() {
    return clients;
  }

  int clientCount() {
    return clients.length();
  }

  int serverCount() {
    return servers.size();
  }

  ServerJvm server(int index) {
    return servers.get(index);
  }

  List<ServerJvm> servers() {
    return servers;
  }

  FaultProxy proxy(int client, int server) {
    return proxies.get(client * servers.size() + server);
  }

  List<FaultProxy> proxies() {
    return proxies;
  }

  /** Requests that clients have handed to their sockets. */
  long sent() {
    return sent.get();
  }

  /** Closes a client, whatever it has under way, and starts another in its place. */
  void replaceClient(int index) {
    MeshClient old = clients.getAndSet(index, newClient(index));
    old.close();
  }

  /** A number that is the same while no fault is about; 0 while there may be one. */
  int calm() {
    return calm.get();
  }

  /** Waits for everybody to be back, and then lets the mesh alone for so long. */
  void calmFor(long ms) throws InterruptedException {
    if (awaitAllUp()) {
      calm.set(calms.incrementAndGet());
      Thread.sleep(ms);
      calm.set(0);
    }
  }

  /** False if some server is not usable for some client after a while. */
  boolean awaitAllUp() {
    try {
      await().atMost(BACK_MAX).until(this::allUp);
      return true;
    } catch (ConditionTimeoutException e) {
      return false;
    }
  }

  /** What each client knows of its servers. */
  List<List<PeerView>> peers() {
    List<List<PeerView>> all = new ArrayList<>();
    for (int c = 0; c < clients.length(); c++) {
      all.add(clients.get(c).peers());
    }
    return all;
  }

  private boolean allUp() {
    boolean all = true;
    for (int c = 0; c < clients.length(); c++) {
      all &= clients.get(c).peers().stream()
          .allMatch(peer -> peer.state() == PeerState.UP || peer.state() == PeerState.WARMING);
    }
    return all;
  }

  @Override
  public void close() throws IOException {
    for (int i = 0; i < clients.length(); i++) {
      if (clients.get(i) != null) {
        clients.get(i).close();
      }
    }
    for (FaultProxy proxy : proxies) {
      proxy.close();
    }
    servers.forEach(ServerJvm::close);
  }

  private static int freePort() {
    for (int i = 0; i < 100; i++) {
      int port = ThreadLocalRandom.current().nextInt(PORT_MIN, PORT_MAX);
      try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return probe.getLocalPort();
      } catch (IOException e) {
        // taken: try another
      }
    }
    throw new IllegalStateException("no free port between " + PORT_MIN + " and " + PORT_MAX);
  }
}
