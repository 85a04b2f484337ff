package io.meshrpc.sim;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.CallOptions;
import io.meshrpc.api.Code;
import io.meshrpc.api.Execution;
import io.meshrpc.api.HedgePolicy;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.RetryPolicy;
import io.meshrpc.api.RpcException;
import io.meshrpc.core.ClientCall;
import io.meshrpc.core.ClientEngine;
import io.meshrpc.core.ClientOutbox;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A client, through all its processes. Drives a real {@link ClientEngine}. */
class SimClient extends SimNode implements ClientOutbox {
  private final Outgoing outgoing = new Outgoing();
  private final Map<Long, Link> links = new LinkedHashMap<>(); // by route, of this process
  private final Map<Long, SimCall> bySeq = new LinkedHashMap<>(); // of this process
  private final LinkedHashSet<SimCall> open = new LinkedHashSet<>(); // started and not ended
  private final LinkedHashSet<SimCall> unsent = new LinkedHashSet<>(); // of the open ones
  private final LinkedHashSet<Long> refused = new LinkedHashSet<>(); // routes
  private final LinkedHashSet<SimServer> pingless = new LinkedHashSet<>();
  private @Nullable ClientEngine engine; // null while no process runs

  SimClient(Sim sim, int index) {
    this(sim, index, "c" + index);
  }

  SimClient(Sim sim, int index, String name) {
    super(sim, index, name);
  }

  /** A new process, that connects to all servers. */
  void start() {
    if (isAlive()) {
      return;
    }
    RandomGenerator random = begin();
    bySeq.clear();
    ClientEngine fresh = newEngine(random);
    engine = fresh;
    sim.trace(Trace.What.BOOTED, this, null, boot(), 0, null);
    post(nowNs -> connectAll(fresh, nowNs));
  }

  ClientEngine newEngine(RandomGenerator random) {
    return new ClientEngine(
        sim.options.clientLimits(),
        sim.options.liveness,
        NodeId.random(random),
        name(),
        sim.options.balancer.get(),
        AttemptInterceptor.NONE,
        random,
        this);
  }

  void connectAll(ClientEngine fresh, long nowNs) {
    sim.servers.forEach(server -> fresh.connect(server.endpoint(), nowNs));
  }

  /** The process ends at once, and its calls with it. */
  void crash(boolean silently) {
    if (!isAlive()) {
      return;
    }
    sim.trace(Trace.What.DIED, this, null, boot(), 0, null);
    links.values().forEach(link -> link.die(!silently));
    links.clear();
    refused.clear();
    open.clear();
    unsent.clear();
    outgoing.flush(0, null, (route, frame) -> {});
    end();
    engine = null;
  }

  /** The process closes its client, which ends all its calls, and goes. */
  void close(long nowNs) {
    if (engine != null) {
      engine.close(nowNs);
      sim.trace(Trace.What.DIED, this, null, boot(), 0, "closed");
      end();
      engine = null;
    }
  }

  /** Pings to these servers are lost from now on. */
  void losePings(List<SimServer> servers) {
    pingless.addAll(servers);
  }

  /** No pings are lost any more. */
  void heal() {
    pingless.clear();
  }

  @Nullable
  ClientEngine engine() {
    return engine;
  }

  List<Link> links() {
    return new ArrayList<>(links.values());
  }

  LinkedHashSet<SimCall> open() {
    return open;
  }

  /** Open calls of which no request has left yet. */
  LinkedHashSet<SimCall> unsent() {
    return unsent;
  }

  /** Whether the client was told that nobody listens there, and nothing better since. */
  boolean knowsRefused(long route) {
    return refused.contains(route);
  }

  /** Whether the client was told so of its way to this server. */
  boolean knowsRefused(SimServer server) {
    for (long route : refused) {
      Link link = links.get(route);
      if (link != null && link.server() == server) {
        return true;
      }
    }
    return false;
  }

  /** Whether calls may wait because all servers were lost and come back. */
  boolean isRecovering() {
    return engine != null && engine.isRecovering();
  }

  /** The liveness table. */
  List<PeerView> peers() {
    return engine == null ? List.of() : engine.peers(shownNs());
  }

  /** The call with this number in this process of the client; null if it is not known. */
  @Nullable
  SimCall call(int ofBoot, long seq) {
    return ofBoot == boot() ? bySeq.get(seq) : null;
  }

  /** A caller wants an answer. */
  void issue(SimCall call, CallOptions options, RetryPolicy retry) {
    byte[] request = sim.request(call.id);
    int headBytes = Sim.headBytes(call.id, request);
    ClientCall clientCall = new ClientCall(
            call.idempotent ? Sim.READ : Sim.PAY,
            Arrays.copyOf(request, headBytes),
            options,
            retry,
            call.timeoutNs,
            call)
        .hedgedBy(call.idempotent ? sim.options.hedge : HedgePolicy.OFF)
        .withTail(Arrays.copyOfRange(request, headBytes, request.length));
    call.call = clientCall;
    int before = boot();
    post(nowNs -> {
      ClientEngine live = engine;
      if (live != null && boot() == before) {
        call.startedNs = sim.kernel.nowNs();
        call.deadlineShownNs = nowNs + call.timeoutNs;
        open.add(call);
        unsent.add(call);
        sim.trace(Trace.What.STARTED, this, null, call.id, call.timeoutNs, null);
        sim.judges.onStarted(call);
        live.start(clientCall, nowNs);
      }
    });
  }

  /** The caller loses interest. */
  void cancel(SimCall call) {
    ClientCall clientCall = call.call;
    post(nowNs -> {
      if (engine != null && clientCall != null && call.clientBoot == boot()) {
        engine.cancel(clientCall, nowNs);
      }
    });
  }

  void onConnected(Link link) {
    post(nowNs -> {
      if (engine != null && links.get(link.route()) == link) {
        refused.remove(link.route());
        sim.trace(Trace.What.CONNECTED, this, link.server(), link.route(), 0, null);
        engine.onConnected(link.route(), nowNs);
      }
    });
  }

  void onLost(Link link) {
    post(nowNs -> {
      if (engine != null && links.get(link.route()) == link) {
        sim.trace(Trace.What.LOST, this, link.server(), link.route(), 0, null);
        engine.onDisconnected(link.route(), nowNs);
      }
    });
  }

  void onRefused(Link link) {
    post(nowNs -> {
      if (engine != null && links.get(link.route()) == link) {
        refused.add(link.route());
        sim.trace(Trace.What.REFUSED, this, link.server(), link.route(), 0, null);
        engine.onConnectRefused(link.route(), "connection refused", nowNs);
      }
    });
  }

  void onFrame(Link link, byte[] frame) {
    if (links.get(link.route()) == link) {
      sim.trace(
          Trace.What.FRAME_TO_CLIENT,
          this,
          link.server(),
          link.route(),
          Sim.hash(frame),
          sim.describe(link.server(), frame));
      arrive(new Arrival(link.route(), frame));
    }
  }

  @Override
  void onArrival(Arrival arrival, long nowNs) {
    byte[] frame = arrival.frame();
    Batch batch = frame == null ? null : decode(frame);
    Link link = links.get(arrival.route());
    if (batch != null && engine != null && link != null) {
      sim.judges.onHeard(this, link.server(), batch);
      engine.onBatch(arrival.route(), batch, nowNs);
    }
  }

  @Override
  void tick(long nowNs) {
    if (engine != null) {
      engine.tick(nowNs);
    }
  }

  @Override
  long nextTickNs() {
    return engine == null ? Long.MAX_VALUE : engine.nextTick();
  }

  @Override
  void flush(long nowNs) {
    flushFrames();
    sim.judges.onClientTurn(this);
  }

  /** What has been noted for sending leaves. */
  void flushFrames() {
    if (engine != null && !outgoing.isEmpty()) {
      outgoing.flush(engine.ackBelow(), null, (route, frame) -> {
        Link link = links.get(route);
        if (link != null) {
          put(link, frame);
        }
      });
    }
  }

  /** A frame leaves. */
  void put(Link link, byte[] frame) {
    link.send(frame);
  }

  @Override
  public void send(long peer, long session, Packet packet) {
    Link route = links.get(peer);
    if (packet instanceof Ping && route != null && pingless.contains(route.server())) {
      return;
    }
    note(peer, session, packet);
    if (packet instanceof Request request) {
      onRequest(peer, request);
    }
  }

  private void onRequest(long peer, Request request) {
    SimCall call = sim.callOf(request.payload());
    Link link = links.get(peer);
    if (call == null || link == null) {
      throw new Violation("sim", "a request of no known call or to no known route: " + request);
    }
    if (call.seq == 0) {
      name(call, request.seq());
    }
    if (call.call != null) {
      call.hedge = call.call.hedgeAttempt();
    }
    unsent.remove(call);
    int server = link.server().index();
    call.sends.add(
        new SimCall.Send(sim.kernel.nowNs(), server, request.attempt(), request.repeat()));
    sim.trace(Trace.What.SENT, this, link.server(), call.id, request.attempt(), null);
    sim.judges.onSend(this, call, peer, request);
  }

  /** From now on the call has this number. */
  void name(SimCall call, long seq) {
    call.seq = seq;
    bySeq.put(seq, call);
  }

  /** Notes a record for sending, and no more. */
  void note(long peer, long session, Packet packet) {
    outgoing.add(peer, session, packet);
  }

  /** The way to a server; null if it is no longer there. */
  @Nullable
  Link link(long peer) {
    return links.get(peer);
  }

  @Override
  public void connect(long peer, String endpoint) {
    Link link = new Link(sim.network, this, sim.server(endpoint), peer);
    links.put(peer, link);
    link.open();
  }

  @Override
  public void disconnect(long peer) {
    flushFrames();
    Link link = links.remove(peer);
    refused.remove(peer);
    if (link != null) {
      link.close();
    }
  }

  @Override
  public void complete(ClientCall clientCall) {
    SimCall call = (SimCall) clientCall.ticket();
    RpcException failure = clientCall.failure();
    Response response = clientCall.response();
    boolean again = call.hasEnded();
    call.endedNs = sim.kernel.nowNs();
    call.code = failure == null ? Code.OK : failure.code();
    call.execution = failure == null ? Execution.EXECUTED : failure.execution();
    open.remove(call);
    unsent.remove(call);
    sim.trace(Trace.What.ENDED, this, null, call.id, call.code.number(), call.execution.name());
    sim.judges.onEnded(call, again, response);
    sim.onEnded(call);
  }

  @Override
  public void transition(MeshListener.Transition transition) {
    SimServer server = sim.server(transition.endpoint());
    String text = transition.from() + " to " + transition.to() + ", " + transition.reason();
    sim.trace(Trace.What.MOVED, this, server, 0, 0, text);
    sim.judges.onMoved(this, server, transition.to(), transition.reason());
    sim.onTransition(this, server, transition);
  }
}
