package io.meshrpc.core;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The waiting work of one priority. Clients take turns, and a turn is as much work as a call of this
 * band takes on average, not a number of calls: who asks for dear calls gets fewer of them (deficit
 * round robin). A client that had no work here for a round goes before those that always have (as in
 * FQ-CoDel), so that it hardly notices them.
 *
 * <p>A client's calls go in the order in which they came, and in an overload the other way round: who
 * came last still has the time that the others have lost.
 */
final class Band {
  final int weight;
  int turns; // left in this round of the bands
  private final CoDel codel;
  private final Chain<Waiting> all = new Chain<>();
  private final Map<ClientSession, Flow> flows = new HashMap<>(); // those in the two rings
  private final ArrayDeque<Flow> fresh = new ArrayDeque<>(); // in their first turn
  private final ArrayDeque<Flow> ring = new ArrayDeque<>(); // some have become empty
  private long usualNs;
  private int count;
  private int busy; // flows that are not empty
  private int mostCalls; // no client has more; found anew by each search
  private long mostBytes; // likewise

  private @Nullable Flow spare; // of the last client that had work, when none has any

  /** A call that is in the queue, or was. Most never are. */
  static final class Waiting extends Chain.Link {
    private final ServerCall call;
    final long expectedNs; // what it usually takes, as known when it was queued

    Waiting(ServerCall call, long expectedNs) {
      this.call = call;
      this.expectedNs = expectedNs;
    }
  }

  /** The work of one client. */
  private static final class Flow {
    final ClientSession client;
    final ArrayDeque<ServerCall> calls = new ArrayDeque<>(); // oldest first
    long usualNs;
    long bytes;
    long creditNs; // what it may still use in this turn; less than 0 if a call was dearer than that
    boolean inTurn;

    Flow(ClientSession client) {
      this.client = client;
    }
  }

  Band(int weight, CoDel codel) {
    this.weight = weight;
    this.turns = weight;
    this.codel = codel;
  }

  void add(ServerCall call) {
    Flow flow = flows.get(call.client);
    if (flow == null) {
      flow = newFlow(call.client);
      flows.put(call.client, flow);
      fresh.addLast(flow);
    }
    busy += flow.calls.isEmpty() ? 1 : 0;
    flow.calls.addLast(call);
    all.add(call.waiting());
    flow.usualNs += call.expectedNs();
    flow.bytes += call.bytes();
    usualNs += call.expectedNs();
    count++;
    noteMost(flow);
  }

  /** A queue that is mostly empty makes no garbage. */
  private Flow newFlow(ClientSession client) {
    Flow known = spare;
    spare = null;
    return known != null && known.client == client ? known : new Flow(client);
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** What all that waits here usually takes. */
  long usualNs() {
    return usualNs;
  }

  /** When the oldest came; {@link Long#MAX_VALUE} if none waits. */
  long oldestNs() {
    Waiting oldest = all.first();
    return oldest == null ? Long.MAX_VALUE : oldest.call.receivedNs;
  }

  /** Sees how long its work waits, while work of this server usually takes so long. */
  void observe(long workNs, long nowNs) {
    codel.observe(count == 0 ? 0 : nowNs - oldestNs(), workNs, nowNs);
  }

  boolean isOverloaded() {
    return codel.isOverloaded();
  }

  boolean isStale(ServerCall call, long nowNs) {
    return codel.isStale(call, nowNs);
  }

  /** Takes the next; there must be one. */
  ServerCall poll() {
    long turnNs = Math.max(1, usualNs / count);
    Flow flow = flowInTurn(turnNs);
    ServerCall call = codel.isOverloaded() ? flow.calls.removeLast() : flow.calls.removeFirst();
    flow.creditNs -=
        call.expectedNs() == 0 ? turnNs : call.expectedNs(); // not known: like all others
    if (flow.creditNs <= 0 || flow.calls.isEmpty()) {
      endTurn(flow);
    }
    left(flow, call);
    return call;
  }

  boolean remove(ServerCall call) {
    Flow flow = flows.get(call.client);
    if (flow == null || !flow.calls.remove(call)) {
      return false;
    }
    left(flow, call);
    return true;
  }

  /** The oldest of this client; null if none of its work waits here. */
  @Nullable
  ServerCall oldestOf(ClientSession client) {
    Flow flow = flows.get(client);
    return flow == null ? null : flow.calls.peekFirst();
  }

  /** How much of the queue's room this client takes here, by count or bytes, whichever is more. */
  double share(ClientSession client, ServerLimits limits) {
    Flow flow = flows.get(client);
    return flow == null ? 0 : share(flow, limits);
  }

  private static double share(Flow flow, ServerLimits limits) {
    return share(flow.calls.size(), flow.bytes, limits);
  }

  private static double share(int calls, long bytes, ServerLimits limits) {
    return Math.max(
        (double) calls / Math.max(1, limits.queueCountMax()),
        (double) bytes / Math.max(1, limits.queueBytesMax()));
  }

  /**
   * The newest of the client that takes more room here than any other, and than this; else null. Among
   * many clients of which none takes much, a queue that stays full is not searched for each request.
   */
  @Nullable
  ServerCall newestOfGreatest(double above, ServerLimits limits) {
    if (share(mostCalls, mostBytes, limits) <= above) {
      return null;
    }
    mostCalls = 0;
    mostBytes = 0;
    Flow greatest = greater(ring, greater(fresh, null, limits), limits);
    if (greatest == null || share(greatest, limits) <= above) {
      return null;
    }
    return greatest.calls.peekLast();
  }

  private @Nullable Flow greater(ArrayDeque<Flow> some, @Nullable Flow than, ServerLimits limits) {
    Flow greatest = than;
    for (Flow flow : some) {
      noteMost(flow);
      if (greatest == null || share(flow, limits) > share(greatest, limits)) {
        greatest = flow;
      }
    }
    return greatest;
  }

  private void noteMost(Flow flow) {
    mostCalls = Math.max(mostCalls, flow.calls.size());
    mostBytes = Math.max(mostBytes, flow.bytes);
  }

  /** What is likely to be done before one more call of this client that takes so long. */
  long aheadNs(ClientSession client, long costNs) {
    Flow own = flows.isEmpty() ? null : flows.get(client);
    long ownNs = own == null ? 0 : own.usualNs;
    int others = busy - (own == null || own.calls.isEmpty() ? 0 : 1);
    double fairNs = ownNs + (double) others * (ownNs + costNs);
    return (long) Math.min(usualNs, fairNs);
  }

  private Flow flowInTurn(long turnNs) {
    int passed = 0;
    while (true) {
      Flow flow = fresh.isEmpty() ? ring.getFirst() : fresh.getFirst();
      if (!flow.inTurn) {
        flow.inTurn = true;
        flow.creditNs += turnNs;
      }
      if (flow.creditNs > 0 && !flow.calls.isEmpty()) {
        return flow;
      }
      if (flow.creditNs > 0 && fresh.isEmpty()) {
        ring.removeFirst();
        flows.remove(flow.client);
        continue;
      }
      endTurn(flow);
      if (++passed > ring.size()) {
        skipRounds(turnNs);
        passed = 0;
      }
    }
  }

  /** Rounds in which all that have work are still in debt are over at once. */
  private void skipRounds(long turnNs) {
    long rounds = Long.MAX_VALUE;
    for (Flow flow : ring) {
      if (!flow.calls.isEmpty()) {
        rounds = Math.min(rounds, -flow.creditNs / turnNs);
      }
    }
    for (Flow flow : ring) {
      flow.creditNs = Math.min(0, flow.creditNs + rounds * turnNs);
    }
  }

  /**
   * The first of its ring goes to the end, even if it has become empty: before it is fresh again it
   * goes around once and pays its debts, else few calls at once, or dear ones, would always win.
   */
  private void endTurn(Flow flow) {
    flow.inTurn = false;
    flow.creditNs = Math.min(0, flow.creditNs);
    (fresh.isEmpty() ? ring : fresh).removeFirst();
    ring.addLast(flow);
  }

  private void left(Flow flow, ServerCall call) {
    all.remove(call.waiting());
    flow.usualNs -= call.expectedNs();
    flow.bytes -= call.bytes();
    usualNs -= call.expectedNs();
    count--;
    busy -= flow.calls.isEmpty() ? 1 : 0;
    if (count == 0) {
      flow.inTurn = false;
      flow.creditNs = 0;
      spare = flow;
      flows.clear();
      fresh.clear();
      ring.clear();
    }
  }
}
