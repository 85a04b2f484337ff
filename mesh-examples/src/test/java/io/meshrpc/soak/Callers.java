package io.meshrpc.soak;

import static io.meshrpc.soak.Contract.PAY;
import static io.meshrpc.soak.Contract.READ;

import io.meshrpc.MeshClient;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RpcException;
import io.meshrpc.soak.Ledger.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/** Threads that call in all ways there are, and write down what they were told. */
final class Callers {
  private static final long PAUSE_NS = 4_000_000L; // the longest between two calls of a thread
  private static final Duration HUNG = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final Duration[] DEADLINES = {
    Duration.ofMillis(300), Duration.ofSeconds(1), LONGEST
  };

  private final AtomicReferenceArray<MeshClient> clients;
  private final Ledger ledger;
  private final IntSupplier calm;
  private final ScheduledExecutorService interrupter;
  private final AtomicLong wrongAnswers = new AtomicLong();
  private final AtomicLong lateEnds = new AtomicLong();
  private final AtomicLong strangeEnds = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  Callers(
      AtomicReferenceArray<MeshClient> clients,
      Ledger ledger,
      IntSupplier calm,
      ScheduledExecutorService interrupter) {
    this.clients = clients;
    this.ledger = ledger;
    this.calm = calm;
    this.interrupter = interrupter;
  }

  void start(int each, long seed) {
    stopped = false;
    for (int i = 0; i < clients.length() * each; i++) {
      int client = i % clients.length();
      SplittableRandom random = new SplittableRandom(seed + i);
      Thread thread = new Thread(
          () -> {
            while (!stopped) {
              call(client, random);
              LockSupport.parkNanos(random.nextLong(PAUSE_NS));
            }
          },
          "caller-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  void stop() {
    stopped = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    threads.clear();
  }

  /** Answers to another request than the one that was sent. */
  long wrongAnswers() {
    return wrongAnswers.get();
  }

  /** Futures that failed in a way that says nothing. */
  long strangeEnds() {
    return strangeEnds.get();
  }

  /** Blocking calls that returned so long after their deadline that no busy machine explains it. */
  long lateEnds() {
    return lateEnds.get();
  }

  private void call(int client, SplittableRandom random) {
    boolean mayRepeat = random.nextBoolean();
    MethodDescriptor<byte[], byte[]> method = mayRepeat ? READ : PAY;
    Duration deadline = DEADLINES[random.nextInt(DEADLINES.length)];
    CallOptions options = CallOptions.DEFAULT.withDeadline(deadline);
    int bytes = random.nextInt(20) == 0 ? random.nextInt(64 << 10) : random.nextInt(1 << 10);
    long id = ledger.begin();
    byte[] request = Contract.request(id, bytes);
    int calmBefore = deadline == LONGEST ? calm.getAsInt() : 0; // else load alone may end it
    MeshClient mesh = clients.get(client);
    switch (random.nextInt(8)) {
      case 0 -> {
        CompletableFuture<byte[]> reply = mesh.callAsync(method, request, options);
        keep(reply, id, mayRepeat, 0);
        LockSupport.parkNanos(random.nextLong(3 * PAUSE_NS));
        reply.cancel(true);
      }
      case 1, 2, 3 -> keep(mesh.callAsync(method, request, options), id, mayRepeat, calmBefore);
      case 4 -> {
        Thread self = Thread.currentThread();
        var interrupt =
            interrupter.schedule(self::interrupt, random.nextInt(3_000), TimeUnit.MICROSECONDS);
        block(mesh, method, request, options, mayRepeat, 0);
        interrupt.cancel(false);
        boolean ignored = Thread.interrupted();
      }
      default -> block(mesh, method, request, options, mayRepeat, calmBefore);
    }
  }

  private void block(
      MeshClient mesh,
      MethodDescriptor<byte[], byte[]> method,
      byte[] request,
      CallOptions options,
      boolean mayRepeat,
      int calmBefore) {
    long id = Contract.id(request);
    long beginNs = System.nanoTime();
    Told told;
    try {
      told = judge(id, mesh.call(method, request, options));
    } catch (RpcException e) {
      told = Told.of(e);
    }
    Duration deadline = options.deadline();
    if (deadline != null && System.nanoTime() - beginNs > deadline.plus(HUNG).toNanos()) {
      lateEnds.incrementAndGet();
    }
    ledger.end(id, mayRepeat, calmBefore != 0 && calmBefore == calm.getAsInt(), told);
  }

  private void keep(CompletableFuture<byte[]> future, long id, boolean mayRepeat, int calmBefore) {
    CompletableFuture<byte[]> unused = future.whenComplete((reply, thrown) -> {
      Throwable failure = thrown instanceof CompletionException ? thrown.getCause() : thrown;
      Told told = failure == null
          ? judge(id, reply)
          : failure instanceof RpcException e ? Told.of(e) : Told.GAVE_UP;
      if (failure != null
          && !(failure instanceof RpcException)
          && !(failure instanceof CancellationException)) {
        strangeEnds.incrementAndGet();
      }
      ledger.end(id, mayRepeat, calmBefore != 0 && calmBefore == calm.getAsInt(), told);
    });
  }

  private Told judge(long id, byte[] reply) {
    if (Contract.id(reply) != id) {
      wrongAnswers.incrementAndGet();
    }
    return Told.OK;
  }
}
