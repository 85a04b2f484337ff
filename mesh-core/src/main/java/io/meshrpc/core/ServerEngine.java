package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.LoadReport;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerIdentity;
import io.meshrpc.api.ServiceDescriptor;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.Cancel;
import io.meshrpc.wire.Cancelled;
import io.meshrpc.wire.Goaway;
import io.meshrpc.wire.Hello;
import io.meshrpc.wire.MethodEntry;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Ping;
import io.meshrpc.wire.Pong;
import io.meshrpc.wire.Probe;
import io.meshrpc.wire.ProbeReply;
import io.meshrpc.wire.Reason;
import io.meshrpc.wire.Refusal;
import io.meshrpc.wire.Request;
import io.meshrpc.wire.Response;
import io.meshrpc.wire.ServiceEntry;
import io.meshrpc.wire.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a server does: whom it listens to, what it runs, when, and what it answers. Owned by
 * the loop thread.
 */
public final class ServerEngine {
  private static final long SWEEP_NS = StandStill.TICK_NS;

  private final ServerLimits limits;
  private final NodeId self;
  private final String name;
  private final List<MethodStats> methods = new ArrayList<>(); // number - 1
  private final List<ServiceEntry> offer = new ArrayList<>();
  private final ServerOutbox out;
  private final ClientSessions sessions;
  private final WorkDesk work;
  private final Gate gate;
  private final long startNs;

  private boolean draining;
  private long graceEndNs;
  private long nextSweepNs;

  /** A server that offers these services to everybody. */
  public ServerEngine(
      ServerLimits limits,
      NodeId self,
      String name,
      List<ServiceDescriptor> services,
      RandomGenerator random,
      ServerOutbox out,
      long nowNs) {
    this(limits, self, name, services, random, out, Gate.OPEN, nowNs);
  }

  /** A server that offers these services to whom the gate lets in. */
  public ServerEngine(
      ServerLimits limits,
      NodeId self,
      String name,
      List<ServiceDescriptor> services,
      RandomGenerator random,
      ServerOutbox out,
      Gate gate,
      long nowNs) {
    this.gate = gate;
    this.limits = limits;
    this.self = self;
    this.name = name;
    this.out = out;
    this.sessions = new ClientSessions(limits, random, this::takeBack);
    this.work = new WorkDesk(limits, out, this::send, nowNs);
    this.startNs = nowNs;
    this.nextSweepNs = nowNs + SWEEP_NS;
    for (ServiceDescriptor service : services) {
      List<MethodEntry> entries = new ArrayList<>();
      for (MethodDescriptor<?, ?> method : service.methods()) {
        methods.add(new MethodStats(method));
        entries.add(new MethodEntry(method.name(), methods.size()));
      }
      offer.add(new ServiceEntry(service.name(), List.copyOf(entries)));
    }
  }

  /** Takes what a connection brought. Never throws for what a stranger may send. */
  public void onBatch(long route, Batch batch, long nowNs) {
    ClientSession client = sessions.find(route, batch.session());
    if (client != null) {
      client.idleSinceNs = nowNs;
      if (batch.ackBelow() > client.ackBelow) {
        client.ackBelow = batch.ackBelow();
        client.recent.acknowledge(client.ackBelow);
      }
    }
    boolean refused = false;
    int newestHello = -1; // not looked for
    List<Packet> packets = batch.packets();
    work.expect(requestsIn(packets));
    for (int i = 0; i < packets.size(); i++) {
      Packet packet = packets.get(i);
      if (packet instanceof Hello hello) {
        newestHello = newestHello < 0 ? ClientSessions.newestHello(packets) : newestHello;
        if (i == newestHello) {
          onHello(route, hello, nowNs);
          client = sessions.find(route, batch.session()); // a Hello may have ended it
        }
      } else if (client != null) {
        onPacket(client, packet, nowNs);
      } else if (packet instanceof Request request) {
        out.send(route, 0, Answers.stale(request.seq(), request.attempt()));
        refused = refuseOnce(route, refused);
      } else if (isFromClient(packet)) {
        refused = refuseOnce(route, refused);
      }
    }
    work.start(nowNs);
  }

  /** A connection is gone. Work of its client that has not started will not start. */
  public void onDisconnect(long route, long nowNs) {
    sessions.onDisconnect(route);
  }

  /** A handler ended. */
  public void onFinished(ServerCall call, ServerReply reply, long nowNs) {
    onFinished(call, reply, 0, nowNs);
  }

  /**
   * A handler ended that held its thread for so long, and no longer; 0: it ran from its start until
   * now.
   */
  public void onFinished(ServerCall call, ServerReply reply, long ranNs, long nowNs) {
    if (reply.executed()) {
      work.onFinished(call, reply.code(), ranNs, nowNs);
    } else {
      work.onNotStarted(call, reply.ending().reason() == Reason.QUEUE_FULL);
    }
    Response answer = Answers.executed(call, reply, replyBytesMax(call.client), nowNs);
    answer(call, answer, reply.executed(), nowNs);
  }

  /** The same for one that has done what was asked, with an answer that is one array. */
  public void onSucceeded(
      ServerCall call, byte[] payload, Metadata metadata, long ranNs, long nowNs) {
    work.onFinished(call, Code.OK, ranNs, nowNs);
    Response answer = Answers.good(call, payload, metadata, replyBytesMax(call.client), nowNs);
    answer(call, answer, true, nowNs);
  }

  private long replyBytesMax(ClientSession client) {
    long said = client.responseBytesMax;
    return Math.min(
        limits.replyBytesMax(), said == 0 ? ServerLimits.DEFAULTS.replyBytesMax() : said);
  }

  private void answer(ServerCall call, Response answer, boolean executed, long nowNs) {
    ClientSession client = call.client;
    client.idleSinceNs = nowNs;
    if (call.isIdempotent()) {
      client.idempotentEndedMax = Math.max(client.idempotentEndedMax, call.seq());
    } else if (executed && call.seq() >= client.ackBelow) {
      client.recent.remember(answer, nowNs);
    }
    if (!call.answeredEarly) {
      send(client, answer);
    }
    work.start(nowNs);
  }

  /** Time has passed: expires, sweeps, starts. */
  public void tick(long nowNs) {
    work.expire(nowNs);
    if (nowNs >= nextSweepNs) {
      nextSweepNs = nowNs + SWEEP_NS;
      sessions.sweep(nowNs, out);
    }
    work.start(nowNs);
  }

  /** When {@link #tick} wants to be called next, whatever happens; MAX_VALUE for never. */
  public long nextTick() {
    long next = work.nextDueNs();
    if (draining && work.running() > 0) {
      next = Math.min(next, graceEndNs);
    }
    return sessions.isEmpty() ? next : Math.min(next, nextSweepNs);
  }

  /**
   * Takes no more requests, hands queued work back, lets running work end. Said again, it can only
   * shorten the grace period.
   */
  public void drain(String text, long graceNs, long nowNs) {
    long endNs = nowNs + Math.min(graceNs, Long.MAX_VALUE / 4);
    if (draining) {
      graceEndNs = Math.min(graceEndNs, endNs);
      return;
    }
    draining = true;
    graceEndNs = endNs;
    ServerCall call;
    while ((call = work.takeBackNext()) != null) {
      send(call.client, Answers.draining(call.seq(), call.latestAttempt));
    }
    int graceMs = (int) Math.min(Integer.MAX_VALUE, graceNs / 1_000_000);
    for (ClientSession client : sessions.all()) {
      send(client, new Goaway(text, graceMs));
    }
  }

  /** Whether nothing runs any more, or the grace period has passed. */
  public boolean drained(long nowNs) {
    return draining && (work.running() == 0 || nowNs >= graceEndNs);
  }

  /** How busy the server is. */
  public LoadReport load(long nowNs) {
    return work.load(nowNs);
  }

  /** All clients that are known, for tests. */
  Iterable<ClientSession> clients() {
    return sessions.all();
  }

  /** How many requests there are, if there is nothing else; they come before what is about them. */
  private static int requestsIn(List<Packet> packets) {
    boolean only = !packets.isEmpty()
        && packets.get(0) instanceof Request
        && packets.get(packets.size() - 1) instanceof Request;
    return only ? packets.size() : 0;
  }

  private void onPacket(ClientSession client, Packet packet, long nowNs) {
    if (packet instanceof Request request) {
      onRequest(client, request, nowNs);
    } else if (packet instanceof Cancel cancel) {
      onCancel(client, cancel, nowNs);
    } else if (packet instanceof Ping ping) {
      send(client, new Pong(ping.id()));
    } else if (packet instanceof Probe probe) {
      MethodStats stats = statsOf(probe.method());
      long usualUs = stats == null ? 0 : stats.usualUs(nowNs);
      send(client, new ProbeReply(probe.id(), probe.method(), usualUs));
    }
  }

  private void onHello(long route, Hello hello, long nowNs) {
    PeerIdentity identity = gate.identity(route);
    Refusal objection = sessions.objection(hello, identity);
    if (objection != null) {
      out.send(route, 0, objection);
      return;
    }
    ClientSession client = sessions.open(route, hello, identity, nowNs);
    if (client == null) {
      return;
    }
    out.send(
        route,
        0,
        new Welcome(
            self,
            hello.epoch(),
            client.token,
            Hello.VERSION,
            0,
            name,
            offer,
            limits.requestBytesMax(),
            limits.metadataBytesMax(),
            (nowNs - startNs) / 1_000_000,
            draining));
  }

  private void onRequest(ClientSession client, Request request, long nowNs) {
    long seq = request.seq();
    if (seq < client.ackBelow || isDuplicate(client, request)) {
      return;
    }
    MethodStats stats = statsOf(request.method());
    Response refusal = Admission.objection(request, stats, limits);
    if (refusal == null && stats != null) {
      refusal = gate.objection(client.identity, request, stats);
    }
    if (refusal == null && draining) {
      refusal = Answers.draining(seq, request.attempt());
    }
    if (refusal == null && stats != null) {
      refusal = work.objection(client, request, stats, nowNs);
    }
    if (refusal != null || stats == null) {
      if (refusal != null) {
        send(client, refusal);
      }
      return;
    }
    client.takenMax = Math.max(client.takenMax, seq);
    work.add(new ServerCall(client, stats, request, nowNs), nowNs);
  }

  private boolean isDuplicate(ClientSession client, Request request) {
    if (client.isNew(request)) {
      return false;
    }
    long seq = request.seq();
    int attempt = request.attempt();
    ServerCall active = client.active.get(seq);
    if (active != null) {
      if (active.attach(request)) {
        send(client, active.started());
      }
      return true;
    }
    Response answer = client.recent.response(seq);
    if (answer != null) {
      send(client, Answers.forAttempt(answer, attempt));
      return true;
    }
    if (client.recent.isRevoked(seq, attempt)) {
      send(client, Answers.revoked(seq, attempt));
      return true;
    }
    if (request.repeat() && client.recent.mayHaveForgotten(seq, request.idempotent())) {
      send(client, Answers.forgotten(seq, attempt));
      return true;
    }
    return false;
  }

  private void onCancel(ClientSession client, Cancel cancel, long nowNs) {
    long seq = cancel.seq();
    ServerCall call = client.active.get(seq);
    Cancelled.Stage stage;
    if (call != null && call.state == ServerCall.State.QUEUED) {
      work.takeBack(call);
      if (cancel.attempt() > call.latestAttempt) {
        client.recent.revoke(seq, cancel.attempt(), nowNs);
      }
      stage = Cancelled.Stage.NOT_STARTED;
    } else if (call != null) {
      if (!cancel.onlyIfQueued()) {
        out.cancelRunning(call);
      }
      stage = Cancelled.Stage.RUNNING;
    } else if (client.recent.response(seq) != null) {
      stage = Cancelled.Stage.FINISHED;
    } else if (seq < client.ackBelow
        || client.recent.mayHaveForgotten(seq)
        || seq <= client.idempotentEndedMax) {
      stage = Cancelled.Stage.FORGOTTEN;
    } else {
      client.recent.revoke(seq, cancel.attempt(), nowNs);
      stage = Cancelled.Stage.NOT_STARTED;
    }
    send(client, new Cancelled(seq, cancel.attempt(), stage));
  }

  /** A session has ended: what it has not had started is not started for it. */
  private void takeBack(ClientSession client) {
    for (ServerCall call : client.active.all()) {
      if (call.state == ServerCall.State.QUEUED) {
        work.takeBack(call);
      }
    }
  }

  private void send(ClientSession client, Packet packet) {
    if (client.connected) {
      out.send(client.route, client.token, packet);
    }
  }

  private boolean refuseOnce(long route, boolean refused) {
    if (!refused) {
      out.send(route, 0, ClientSessions.unknownSession());
    }
    return true;
  }

  private static boolean isFromClient(Packet packet) {
    return packet instanceof Cancel || packet instanceof Ping || packet instanceof Probe;
  }

  private @Nullable MethodStats statsOf(int number) {
    return number >= 1 && number <= methods.size() ? methods.get(number - 1) : null;
  }
}
