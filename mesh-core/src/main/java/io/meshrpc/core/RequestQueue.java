package io.meshrpc.core;

import io.meshrpc.api.Priority;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Work that waits. Four priorities share the workers 8 : 4 : 2 : 1; within a priority clients take
 * turns; within a client the first to come is the first to go. When nothing waits, the shares start
 * anew.
 */
final class RequestQueue {
  private static final int[] WEIGHTS = {1, 2, 4, 8}; // by Priority.ordinal()

  private final Band[] bands = new Band[Priority.values().length];
  private int count;
  private long bytes;
  private long usualNs; // what all that waits usually takes to run, as known when it came

  RequestQueue() {
    for (int i = 0; i < bands.length; i++) {
      bands[i] = new Band(WEIGHTS[i]);
    }
  }

  void add(ServerCall call) {
    bands[call.priority().ordinal()].add(call);
    count++;
    bytes += call.bytes();
    call.stats.queued++;
    call.expectedNs = call.stats.usualNs();
    usualNs += call.expectedNs;
  }

  /** Takes the next; null if none waits. */
  @Nullable
  ServerCall poll() {
    if (count == 0) {
      return null;
    }
    Band band = nextBand();
    ServerCall call = band.poll();
    leave(call);
    return call;
  }

  /** Takes back one that waits. */
  void remove(ServerCall call) {
    if (bands[call.priority().ordinal()].remove(call)) {
      leave(call);
    }
  }

  int count() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  /** What all that waits usually takes to run, one after the other. */
  long usualNs() {
    return usualNs;
  }

  /** When the oldest came; {@link Long#MAX_VALUE} if none waits. */
  long oldestNs() {
    long oldest = Long.MAX_VALUE;
    for (Band band : bands) {
      for (ArrayDeque<ServerCall> flow : band.flows.values()) {
        oldest = Math.min(oldest, flow.getFirst().receivedNs);
      }
    }
    return oldest;
  }

  private void leave(ServerCall call) {
    count--;
    bytes -= call.bytes();
    call.stats.queued--;
    usualNs -= call.expectedNs;
    if (count == 0) {
      startRound();
    }
  }

  private void startRound() {
    for (Band band : bands) {
      band.turns = band.weight;
    }
  }

  private Band nextBand() {
    for (int round = 0; ; round++) {
      for (int i = bands.length - 1; i >= 0; i--) {
        if (bands[i].turns > 0 && !bands[i].flows.isEmpty()) {
          bands[i].turns--;
          return bands[i];
        }
      }
      if (round > 0) {
        throw new IllegalStateException("the queue counts " + count + " and holds none");
      }
      startRound();
    }
  }

  /** The work of one priority: a ring of clients. */
  private static final class Band {
    final int weight;
    final Map<ClientSession, ArrayDeque<ServerCall>> flows = new LinkedHashMap<>();
    int turns;

    Band(int weight) {
      this.weight = weight;
      this.turns = weight;
    }

    void add(ServerCall call) {
      flows.computeIfAbsent(call.client, any -> new ArrayDeque<>()).addLast(call);
    }

    ServerCall poll() {
      ClientSession client = flows.keySet().iterator().next();
      ArrayDeque<ServerCall> flow = flows.remove(client);
      if (flow == null) {
        throw new IllegalStateException("a client without work");
      }
      ServerCall call = flow.removeFirst();
      if (!flow.isEmpty()) {
        flows.put(client, flow); // to the end of the ring
      }
      return call;
    }

    boolean remove(ServerCall call) {
      ArrayDeque<ServerCall> flow = flows.get(call.client);
      if (flow == null || !flow.remove(call)) {
        return false;
      }
      if (flow.isEmpty()) {
        flows.remove(call.client);
      }
      return true;
    }
  }
}
