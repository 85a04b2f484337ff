package io.meshrpc.examples;

import com.google.protobuf.ByteString;
import io.meshrpc.api.MeshCaller;
import io.meshrpc.api.RpcException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Threads that call an idempotent method without pause, each call with a deadline of 1 s. */
final class LoadGenerator implements AutoCloseable {
  static final Duration DEADLINE = Duration.ofSeconds(1);
  private static final int FAILURES_KEPT = 100;
  private static final EchoRequest REQUEST =
      EchoRequest.newBuilder().setPayload(ByteString.copyFrom(new byte[16])).build();

  private final EchoMesh.Client echo;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong lastSuccessNs = new AtomicLong(System.nanoTime());
  private final LongAdder calls = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile Window event = new Window();
  private volatile Window second = new Window();
  private volatile boolean stopped;

  private LoadGenerator(MeshCaller mesh) {
    echo = EchoMesh.client(mesh).withDeadline(DEADLINE);
  }

  /** Starts this many callers. */
  static LoadGenerator start(MeshCaller mesh, int callers) {
    LoadGenerator load = new LoadGenerator(mesh);
    for (int i = 0; i < callers; i++) {
      Thread thread = new Thread(load::callWithoutPause, "caller-" + i);
      load.threads.add(thread);
      thread.setDaemon(true); // whatever goes wrong, the process can end
      thread.start();
    }
    return load;
  }

  long calls() {
    return calls.sum();
  }

  long failed() {
    return failed.sum();
  }

  /** The first failures' texts. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  /** Begins a new event and returns what was noticed of the one before. */
  synchronized Window nextEvent() {
    Window before = event;
    event = new Window();
    return before;
  }

  /** Begins a new second and returns the one before. */
  synchronized Window nextSecond() {
    Window before = second;
    second = new Window();
    return before;
  }

  /** Stops calling; returns when the last call has ended. */
  @Override
  public void close() {
    stopped = true;
    threads.forEach(Joining::join);
  }

  private void callWithoutPause() {
    while (!stopped) {
      long beginNs = System.nanoTime();
      boolean success = call();
      long endNs = System.nanoTime();
      long gapNs = success ? endNs - lastSuccessNs.getAndSet(endNs) : 0;
      calls.increment();
      event.add(endNs - beginNs, gapNs, success);
      second.add(endNs - beginNs, gapNs, success);
    }
  }

  private boolean call() {
    try {
      echo.echo(REQUEST);
      return true;
    } catch (RpcException e) {
      failed.increment();
      if (failures.size() < FAILURES_KEPT) {
        failures.add(String.valueOf(e.getMessage()));
      }
      return false;
    }
  }
}
