package io.meshrpc.core;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.PeerState;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Goaway;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Pong;
import io.meshrpc.wire.ProbeReply;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.Started;
import io.meshrpc.wire.Welcome;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Decides what a client does: which server gets a call, when it is tried again, and what its caller
 * is told. Owned by the loop thread. Its parts: {@link PeerTable} and {@link Liveness} know the
 * servers, {@link CallDesk} moves the calls.
 */
public final class ClientEngine {
  private static final String DISCONNECTED = "disconnected by this client";
  private static final String NOT_IN_SUBSET = "not in this client's subset";

  private final ClientLimits limits;
  private final ClientOutbox out;
  private final PeerTable table;
  private final Fleet fleet;
  private final Liveness liveness;
  private final CallDesk calls;
  private final long localPauseNs;
  private final long overdueMinNs;

  private long nextCheckNs = Long.MIN_VALUE;
  private long expectedNs = Long.MAX_VALUE; // when the last tick wanted the next one
  private boolean closed;

  /** A client without servers. */
  public ClientEngine(
      ClientLimits limits,
      LivenessSettings settings,
      NodeId self,
      String name,
      LoadBalancer balancer,
      AttemptInterceptor interceptor,
      RandomGenerator random,
      ClientOutbox out) {
    this.limits = limits;
    this.out = out;
    this.table = new PeerTable(settings, random, out);
    this.fleet = new Fleet(self.toString(), limits, table);
    this.calls = new CallDesk(table, balancer, interceptor, limits.throttleRatio(), random, out);
    this.liveness =
        new Liveness(settings, self, name, limits.responseBytesMax(), table, random, out, calls);
    this.localPauseNs = settings.localPause().toNanos();
    this.overdueMinNs = settings.overdueMin().toNanos();
  }

  /** Adds a server; nothing if it is there already. */
  public void connect(String endpoint, long nowNs) {
    calls.setNow(nowNs);
    if (!closed && fleet.add(endpoint)) {
      nextCheckNs = nowNs;
    }
  }

  /** Removes a server. What is under way there is treated as if the server were gone. */
  public void disconnect(String endpoint, long nowNs) {
    calls.setNow(nowNs);
    Peer peer = fleet.remove(endpoint, DISCONNECTED);
    nextCheckNs = closed ? nextCheckNs : nowNs;
    if (peer != null) {
      peer.session = 0;
      calls.onGone(peer, DISCONNECTED);
    }
  }

  /** Begins a call, unless it was cancelled before. It completes exactly once, at its deadline at the latest. */
  public void start(ClientCall call, long nowNs) {
    if (closed) {
      reject(call, new Status(Code.CANCELLED, "the client is closed"), nowNs);
      return;
    }
    if (call.payloadBytes() > limits.requestBytesMax()) {
      reject(call, tooLarge(call), nowNs);
      return;
    }
    Status cancelled = call.cancelledEarly();
    if (cancelled != null) {
      reject(call, cancelled, nowNs);
      return;
    }
    calls.start(call, nowNs);
  }

  /** The caller no longer wants the answer. */
  public void cancel(ClientCall call, long nowNs) {
    calls.cancel(call, new Status(Code.CANCELLED, "cancelled by the caller"), nowNs);
    calls.settle();
  }

  /** The transport has a connection. */
  public void onConnected(long peerId, long nowNs) {
    Peer peer = table.byId(peerId);
    if (peer != null) {
      calls.setNow(nowNs);
      liveness.onConnected(peer, nowNs);
      nextCheckNs = nowNs;
    }
  }

  /** The transport lost a connection that it had. */
  public void onDisconnected(long peerId, long nowNs) {
    Peer peer = table.byId(peerId);
    if (peer != null) {
      calls.setNow(nowNs);
      liveness.onDisconnected(peer, nowNs);
      nextCheckNs = nowNs;
    }
  }

  /** The transport could not connect, because nobody listens there or for this reason. */
  public void onConnectRefused(long peerId, String reason, long nowNs) {
    Peer peer = table.byId(peerId);
    if (peer != null) {
      calls.setNow(nowNs);
      liveness.onRefused(peer, reason, nowNs);
      nextCheckNs = nowNs;
    }
  }

  /**
   * The server and this client do not believe each other, or do not speak the same security: no calls
   * there, and no other try before so much time has passed.
   */
  public void onConnectDenied(long peerId, String reason, long retryAfterNs, long nowNs) {
    Peer peer = table.byId(peerId);
    if (peer != null) {
      calls.setNow(nowNs);
      liveness.onDenied(peer, reason, retryAfterNs, nowNs);
      nextCheckNs = nowNs;
    }
  }

  /** Takes what a connection brought. */
  public void onBatch(long peerId, Batch batch, long nowNs) {
    Peer peer = table.byId(peerId);
    if (peer == null) {
      return;
    }
    calls.setNow(nowNs);
    PeerState before = peer.state();
    peer.justWelcomed = false;
    liveness.onHeard(peer, nowNs);
    if (batch.load() != null && batch.session() == peer.session) {
      liveness.onLoad(peer, batch.load(), nowNs);
    }
    List<Packet> packets = batch.packets();
    readGoaway(peer, packets);
    for (int i = 0; i < packets.size(); i++) {
      Packet packet = packets.get(i);
      if (packet instanceof Response response) {
        calls.onResponse(peer, response, liveness);
      } else if (packet instanceof Cancelled cancelled) {
        calls.onCancelled(peer, cancelled);
      } else if (packet instanceof ProbeReply reply) {
        calls.onProbeReply(peer, reply);
      } else if (packet instanceof Started started) {
        calls.onStarted(peer, started);
      } else if (packet instanceof Pong pong) {
        liveness.onPong(peer, pong, nowNs);
      } else {
        onRare(peer, packet, nowNs);
      }
    }
    if (peer.state() != before) { // each state waits for something else
      nextCheckNs = nowNs;
    }
    calls.decide();
    calls.settle();
  }

  /** Goaway stands behind the calls that are handed back, which are not to go there again. */
  private void readGoaway(Peer peer, List<Packet> packets) {
    for (int i = packets.size() - 1; i >= 0 && !(packets.get(i) instanceof Response); i--) {
      if (packets.get(i) instanceof Goaway goaway) {
        liveness.onGoaway(peer, goaway);
      }
    }
  }

  /** Time has passed: deadlines, retries, pings, suspicion. */
  public void tick(long nowNs) {
    long lateNs = expectedNs == Long.MAX_VALUE ? 0 : nowNs - expectedNs;
    if (lateNs > localPauseNs) {
      liveness.onLocalPause(lateNs, nowNs);
    }
    calls.setNow(nowNs);
    calls.runDue();
    if (nowNs >= nextCheckNs && !closed) {
      fleet.dismissIdle(NOT_IN_SUBSET).forEach(peer -> calls.onGone(peer, NOT_IN_SUBSET));
      nextCheckNs = liveness.check(nowNs);
      calls.runDue();
    }
    calls.settle();
    expectedNs = nextTick();
  }

  /** When {@link #tick} wants to be called next, whatever happens; MAX_VALUE for never. */
  public long nextTick() {
    if (calls.takeSent() && !closed) {
      nextCheckNs = Math.min(nextCheckNs, calls.now() + overdueMinNs);
    }
    return Math.min(calls.nextDueNs(), nextCheckNs);
  }

  /** Ends every call and takes no more. */
  public void close(long nowNs) {
    closed = true;
    nextCheckNs = Long.MAX_VALUE;
    calls.setNow(nowNs);
    for (ClientCall call : calls.all()) {
      calls.cancel(call, new Status(Code.CANCELLED, "the client was closed"), nowNs);
    }
    for (Peer peer : List.copyOf(table.all())) {
      table.remove(peer);
    }
  }

  /** The liveness table at this moment. */
  public List<PeerView> peers(long nowNs) {
    calls.setNow(nowNs);
    return table.snapshots();
  }

  /** Every call with a smaller number has ended. */
  public long ackBelow() {
    return calls.ackBelow();
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return closed;
  }

  /** Whether calls may wait though servers are there: those come back after an outage of all. */
  public boolean isRecovering() {
    return table.recovery().isOn();
  }

  /** Calls that have not ended. */
  public int inFlight() {
    return calls.count();
  }

  private Status tooLarge(ClientCall call) {
    int bytesMax = limits.requestBytesMax();
    return Failures.tooLarge("request", call.payloadBytes(), bytesMax, "this client");
  }

  private void reject(ClientCall call, Status status, long nowNs) {
    call.startNs = nowNs;
    call.fail(new RpcException(status, Execution.NOT_SENT, null));
    out.complete(call);
  }

  private void onRare(Peer peer, Packet packet, long nowNs) {
    if (packet instanceof Welcome other && other.version() != Hello.VERSION) {
      liveness.onRefusal(peer, Greeter.otherVersion(other), nowNs);
    } else if (packet instanceof Welcome welcome) {
      liveness.onWelcome(peer, welcome, nowNs);
    } else if (packet instanceof Refusal refusal) {
      liveness.onRefusal(peer, refusal, nowNs);
    } else if (packet instanceof Goaway goaway) {
      liveness.onGoaway(peer, goaway);
    }
    nextCheckNs = nowNs;
  }
}
