package io.meshrpc;

import static io.meshrpc.RawPeer.LAST;
import static io.meshrpc.RawPeer.MORE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.MeshListener;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Request;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A server with a heap of 64 MiB, in a JVM of its own that ends when the heap does, and strangers who
 * send several times as much and let nothing go: it lives, what is left after a collection stays within
 * a bound, and an honest client's calls go on.
 */
@Timeout(60)
class HostileHeapTest {
  private static final int HEAP_MIB = 64;
  private static final int LIVE_MIB_MAX = 56;
  private static final int FRAME_BYTES = 3 << 20; // nearly the most of the server below
  private static final int CONNECTIONS = 128;
  private static final int PAYLOAD_BYTES = 32 << 10;
  private static final int FLOOD = 1000; // of those: 32 MiB

  private final List<RawPeer> peers = new ArrayList<>();
  private final List<Thread> floods = new ArrayList<>();
  private Process process;
  private BufferedReader said;
  private String endpoint;

  /** Runs in the other JVM: says where it is, and then on each line how many bytes live. */
  static final class Server {
    private static final AtomicLong CLOSED = new AtomicLong();

    private Server() {}

    public static void main(String[] args) throws IOException {
      MeshServerBuilder settings = Contract.server(Server::answer)
          .workers(4)
          .requestBytesMax(1 << 20)
          .queueBytesMax(8 << 20)
          .rememberedBytesMax(64 << 10)
          .unreadBytesMax(4 << 20)
          .connectionsMax(CONNECTIONS)
          .listener(new MeshListener() {
            @Override
            public void onClosedConnection(ClosedConnection connection) {
              CLOSED.incrementAndGet();
            }
          });
      try (MeshServer server = settings.build().start();
          BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, US_ASCII))) {
        System.out.println(server.endpoint());
        while (lines.readLine() != null) {
          System.gc();
          long live = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
          System.out.println(live + " " + CLOSED.get());
        }
      }
    }

    private static String answer(String request) throws InterruptedException {
      if (request.startsWith("slow")) {
        Thread.sleep(5);
      }
      return request.startsWith("big") ? "y".repeat(4 * PAYLOAD_BYTES) : request.substring(0, 1);
    }
  }

  @BeforeEach
  void starts() throws IOException {
    process = new ProcessBuilder(
            System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
            "-Xmx" + HEAP_MIB + "m",
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            System.getProperty("java.class.path"),
            Server.class.getName())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    said = process.inputReader(US_ASCII);
    endpoint = said.readLine();
  }

  @AfterEach
  void ends() throws Exception {
    for (RawPeer peer : peers) {
      peer.close();
    }
    for (Thread flood : floods) {
      flood.join(20_000);
    }
    process.destroyForcibly().waitFor();
  }

  private long[] heapAndClosed() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    String line = said.readLine();
    assertThat(line).as("of a server that lives").isNotNull();
    long[] both = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
    System.out.printf("live: %.1f MiB, closed: %d%n", both[0] / 1048576.0, both[1]);
    return both;
  }

  @Test
  void theHeapIsNotFilledByWhoeverTries() throws Exception {
    try (HonestCallers honest = new HonestCallers(endpoint)) {
      for (int i = 0; i < 3; i++) {
        flood(i, "slow");
        flood(10 + i, "big");
        messageWithoutEnd(20 + i);
      }
      List<RawPeer> large =
          clients(30); // all say Hello first, for a full server may close newcomers
      floods.forEach(Thread::start);
      framesThatAreBegun(large);
      halfHandshakes();
      honest.goOn();
      check();
      for (Thread flood : floods) {
        flood.join();
      }
      honest.goOn();
      check();
    }
  }

  private void check() throws IOException {
    long[] both = heapAndClosed();
    assertThat(both[0]).isLessThan((long) LIVE_MIB_MAX << 20);
    assertThat(both[1]).as("who went too far").isPositive();
  }

  private interface Sending {
    void send(RawPeer peer, int i) throws IOException;
  }

  private void willSend(RawPeer peer, Sending what) {
    peers.add(peer);
    Thread thread = new Thread(() -> {
      try {
        for (int i = 1; i <= FLOOD; i++) {
          what.send(peer, i);
        }
      } catch (IOException e) {
        // closed, as it should be
      }
    });
    floods.add(thread);
  }

  /** Requests without end, and not one answer is read. */
  private void flood(int node, String what) throws Exception {
    byte[] payload = Arrays.copyOf(what.getBytes(US_ASCII), PAYLOAD_BYTES);
    RawPeer peer = new RawPeer(endpoint).greet("DEALER", Map.of());
    long session = peer.hello(new NodeId(1, node), 1).session();
    willSend(
        peer,
        (to, seq) -> to.say(
            session,
            new Request(
                seq, 1, 1, 60_000_000, Priority.NORMAL, false, false, Metadata.EMPTY, payload)));
  }

  private void messageWithoutEnd(int node) throws Exception {
    willSend(
        RawPeer.client(endpoint, new NodeId(1, node)),
        (to, i) -> to.frame(MORE, new byte[PAYLOAD_BYTES]));
  }

  private List<RawPeer> clients(int count) throws Exception {
    List<RawPeer> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(RawPeer.client(endpoint, new NodeId(2, i)));
    }
    peers.addAll(clients);
    return clients;
  }

  private static void framesThatAreBegun(List<RawPeer> from) {
    for (RawPeer peer : from) {
      tryRaw(peer, RawPeer.header(LAST, FRAME_BYTES));
      tryRaw(peer, new byte[100]);
    }
  }

  /** As many as may connect, and some more. */
  private void halfHandshakes() throws IOException {
    for (int i = 0; i < CONNECTIONS + 72; i++) {
      RawPeer peer = new RawPeer(endpoint);
      peers.add(peer);
      tryRaw(peer, Arrays.copyOf(RawPeer.greeting(3), i % 64));
    }
  }

  private static void tryRaw(RawPeer peer, byte[] bytes) {
    try {
      peer.raw(bytes);
    } catch (IOException e) {
      // closed, as it may be
    }
  }
}
