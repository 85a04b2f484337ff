package io.meshrpc.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshrpc.api.Metadata;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.api.Priority;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gives way in a full queue is who a look at everything would find. */
class DisplacedTest {
  private static final int STEPS = 1000;
  private static final int CLIENTS = 12;
  private static final int WAITING_MAX = 60;
  private static final Priority[] PRIORITIES = Priority.values();

  private final ServerLimits limits =
      new Limits().queueCountMax(40).queueBytesMax(20_000).build();
  private final RequestQueue queue = new RequestQueue(limits);
  private final MethodStats stats = new MethodStats(ClientBench.READ);
  private final List<ServerCall> waiting = new ArrayList<>();
  private final List<ClientSession> clients = IntStream.range(0, CLIENTS)
      .mapToObj(i -> new ClientSession(new NodeId(1, i), PeerIdentity.NONE, limits, 0))
      .toList();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whateverCameAndWent(long seed) {
    Random random = new Random(seed);
    int displaced = 0;
    for (int step = 1; step <= STEPS; step++) {
      ClientSession client =
          clients.get((int) (CLIENTS * random.nextDouble() * random.nextDouble()));
      int bytes = random.nextInt(random.nextInt(10) == 0 ? 4000 : 100);
      if (waiting.size() < WAITING_MAX && random.nextInt(100) < 55) {
        add(client, step, bytes, PRIORITIES[random.nextInt(PRIORITIES.length)]);
      } else {
        leave(random);
      }
      displaced += check(clients.get(random.nextInt(CLIENTS)), random.nextInt(200)) ? 1 : 0;
    }
    assertThat(displaced).isBetween(STEPS / 20, STEPS - STEPS / 20); // both have been seen
  }

  private void add(ClientSession client, long seq, int bytes, Priority priority) {
    Request request =
        new Request(seq, 1, 1, 9_999_000, priority, true, false, Metadata.EMPTY, new byte[bytes]);
    ServerCall call = new ServerCall(client, stats, request, seq);
    queue.add(call);
    waiting.add(call);
  }

  private void leave(Random random) {
    if (waiting.isEmpty()) {
      return;
    }
    if (random.nextBoolean()) {
      waiting.remove(queue.poll());
    } else {
      queue.remove(waiting.remove(random.nextInt(waiting.size())));
    }
  }

  /** Whether somebody gives way. */
  private boolean check(ClientSession client, int moreBytes) {
    double own =
        Math.max(1.0 / limits.queueCountMax(), (double) moreBytes / limits.queueBytesMax());
    double most = 0;
    for (Priority priority : PRIORITIES) {
      own += share(client, priority);
      for (ClientSession other : clients) {
        most = Math.max(most, share(other, priority));
      }
    }
    ServerCall displaced = queue.displacedBy(client, moreBytes);
    if (displaced == null) {
      assertThat(most).isLessThanOrEqualTo(2 * own);
      return false;
    }
    assertThat(most).isGreaterThan(2 * own);
    assertThat(share(displaced.client, displaced.priority())).isEqualTo(most);
    assertThat(waiting).contains(displaced);
    return true;
  }

  private double share(ClientSession client, Priority priority) {
    int count = 0;
    long bytes = 0;
    for (ServerCall call : waiting) {
      boolean own = call.client == client && call.priority() == priority;
      count += own ? 1 : 0;
      bytes += own ? call.bytes() : 0;
    }
    return Math.max(
        (double) count / limits.queueCountMax(), (double) bytes / limits.queueBytesMax());
  }
}
