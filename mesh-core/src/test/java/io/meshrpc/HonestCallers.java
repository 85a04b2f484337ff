package io.meshrpc;

import static io.meshrpc.Contract.READ;
import static io.meshrpc.api.CallOptions.DEFAULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RpcException;
import io.meshrpc.policy.LivenessSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A client that calls without end, and to whom nothing that others do may matter. */
final class HonestCallers implements AutoCloseable {
  private static final CallOptions TERMS =
      DEFAULT.withRetry(RetryPolicy.NEVER).withDeadline(Duration.ofSeconds(30));

  private final MeshClient mesh;
  private final Thread thread;
  private final List<RpcException> failures = new CopyOnWriteArrayList<>();
  private final AtomicLong calls = new AtomicLong();
  private volatile boolean over;
  private volatile long slowestNs;

  HonestCallers(MeshServer server) {
    this(server.endpoint());
  }

  /** Of a server that may be in another JVM. */
  HonestCallers(String endpoint) {
    LivenessSettings patient = LivenessSettings.DEFAULTS.withDownAfter(Duration.ofSeconds(20));
    mesh = MeshClient.builder().connect(endpoint).liveness(patient).build();
    mesh.call(READ, "first", DEFAULT);
    thread = new Thread(this::run, "honest");
    thread.start();
  }

  private void run() {
    while (!over) {
      long began = System.nanoTime();
      try {
        mesh.call(READ, "x", TERMS);
      } catch (RpcException e) {
        failures.add(e);
      }
      slowestNs = Math.max(slowestNs, System.nanoTime() - began);
      calls.incrementAndGet();
    }
  }

  /** Many more calls end, and end well. */
  void goOn() {
    long before = calls.get();
    await().atMost(Duration.ofSeconds(40)).until(() -> calls.get() > before + 100);
    assertThat(failures).isEmpty();
  }

  @Override
  public void close() throws InterruptedException {
    over = true;
    thread.join(20_000);
    mesh.close();
    System.out.printf("honest calls: %d, the slowest %.1f ms%n", calls.get(), slowestNs / 1e6);
    assertThat(failures).isEmpty();
  }
}
