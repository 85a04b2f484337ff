package io.meshrpc.core;

import io.meshrpc.api.Metadata;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.api.Priority;
import io.meshrpc.bench.EchoMesh;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Request;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One request in, one out, of a queue with a backlog. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up
public class RequestQueueBenchmark {
  private static final int EACH = 10;

  /** Clients that have work waiting, ten requests each. */
  @Param({"1", "100", "1000"})
  public int clients;

  private RequestQueue queue;

  /** Fills the queue. */
  @Setup
  public void fill() {
    queue = new RequestQueue(ServerLimits.DEFAULTS);
    MethodStats stats = new MethodStats(EchoMesh.ECHO);
    Priority[] priorities = Priority.values();
    for (int i = 0; i < clients; i++) {
      ClientSession client =
          new ClientSession(new NodeId(i, i), PeerIdentity.NONE, ServerLimits.DEFAULTS, 0);
      for (int j = 0; j < EACH; j++) {
        Priority priority = priorities[j % priorities.length];
        Request request = new Request(
            j + 1, 1, 1, 9_999_000, priority, true, false, Metadata.EMPTY, new byte[16]);
        queue.add(new ServerCall(client, stats, request, j));
      }
    }
  }

  /** The next leaves and waits again. */
  @Benchmark
  public void pollAndAdd() {
    queue.add(Objects.requireNonNull(queue.poll()));
  }

  /** What each load report asks. */
  @Benchmark
  public long oldest() {
    return queue.oldestNs();
  }
}
