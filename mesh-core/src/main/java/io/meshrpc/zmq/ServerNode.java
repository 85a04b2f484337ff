package io.meshrpc.zmq;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.ServiceDescriptor;
import io.meshrpc.core.Gate;
import io.meshrpc.core.ServerCall;
import io.meshrpc.core.ServerEngine;
import io.meshrpc.core.ServerLimits;
import io.meshrpc.core.ServerOutbox;
import io.meshrpc.edge.RareLog;
import io.meshrpc.edge.SafeLog;
import io.meshrpc.security.CurveSecurity;
import io.meshrpc.security.TlsSecurity;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.MalformedBatchException;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Refusal;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

/** Drives a {@link ServerEngine} over ZeroMQ. */
public final class ServerNode implements Node<ServerEngine>, ServerOutbox {
  private static final int LINGER_MS = 500;
  private static final long QUIET_NS =
      100_000_000L; // what was sent before the Goaway came has come
  private static final long QUIET_MAX_NS = 1_000_000_000L;
  private static final Refusal STRUCK_OFF = new Refusal(
      Refusal.Reason.NOT_AUTHORIZED,
      "this client's key is no longer on the server's list",
      1,
      1,
      10_000,
      0);
  private static final int FRAME_EXTRA_BYTES = 2 << 20; // a batch holds more than one payload

  /** Who runs handlers and hears of what happened; called on the loop, must not block. */
  public interface Ears {
    /** Run the handler, at the end of the turn at the latest. */
    void onInvoke(ServerCall call);

    /** The turn is over, and what it had to send was sent. */
    void onTurnEnd();

    /** Handlers that are to have the loop's thread, after that. */
    Guests guests();

    /** Whether there are so many of those that they should have it before more comes. */
    boolean hasEnough();

    /** Nobody waits for it any more. */
    void onCancel(ServerCall call);

    /** Bytes came that are not of the mesh. */
    void onStray(String address, int bytes, String reason);

    /** Who is at the other end of a connection has proven who it is. */
    void onAdmitted();

    /** A connection was refused, or failed, for want of trust. */
    void onRefused(String peer, String reason);

    /** The authorizer denied a call. */
    void onDenied();
    /** A connection was closed by this server, or not let in. */
    void onShownOut(String address, String reason);

    /** How busy the server is. */
    void onLoad(LoadReport load);

    /** The loop has ended. */
    void onClosed();
  }

  private final ServerEngine engine;
  private final Ears ears;
  private final Parts parts = new Parts(); // that are not taken up yet
  private final Outgoing outgoing = new Outgoing(this::load, () -> 0);
  private final Door door;
  private final ZmqTransport socket;
  private final Transport transport; // the socket, or what makes it secure
  private final String endpoint; // asked for by any thread, and when the socket is closed, too
  private final NodeLoop<ServerEngine> loop;
  private long now;
  private int taken; // records that frames have brought in this turn
  private long lastFrameNs;
  private long drainedNs = Long.MAX_VALUE; // since when nothing runs any more

  private ServerNode(
      String name,
      String endpoint,
      ServerLimits limits,
      ConnectionLimits connections,
      List<ServiceDescriptor> services,
      RandomGenerator random,
      Threading threading,
      Trust trust,
      Ears ears) {
    this.ears = ears;
    this.door = new Door(connections, frameBytesMax(limits), new Visitors());
    CurveSecurity curve = trust.security() instanceof CurveSecurity keys ? keys : null;
    this.socket = ZmqTransport.server(
        frameBytesMax(limits),
        LINGER_MS,
        threading.ioThreads(),
        endpoint,
        door,
        curve,
        curve == null ? null : new AtTheDoor());
    this.endpoint = socket.endpoint();
    this.transport = trust.security() instanceof TlsSecurity tls
        ? new TlsTransport(socket, tls, false, name, this::run, new Doorkeeper())
        : socket;
    Gate gate = new Gate(transport::peer, trust.authorizer(), ears::onDenied);
    NodeId self = NodeId.random(random);
    this.engine = new ServerEngine(limits, self, name, services, random, this, gate, 0);
    this.loop = new NodeLoop<>("mesh-server-" + name, transport, this, threading.spinNs());
  }

  private void run(Runnable task) {
    loop.post((unused, at) -> task.run());
  }

  /** What the door tells, in JeroMQ's thread or the loop's. */
  private final class Visitors implements Door.Ears {
    private final RareLog notTaken = new RareLog();

    @Override
    public void onFirst() {
      wake();
    }

    @Override
    public void onShownOut(String address, String reason) {
      ears.onShownOut(address, reason);
    }

    @Override
    public void onNotTaken() {
      notTaken.warn(
          "a connection cannot be taken and waits; are there file descriptors left (ulimit -n)?",
          null);
    }
  }

  private final class Doorkeeper implements Links {
    @Override
    public void onSecured(long route) {
      ears.onAdmitted();
    }

    @Override
    public void onDenied(long route, String address, String reason, long retryNs) {
      ears.onRefused(address, reason);
    }

    @Override
    public void onStray(String address, int bytes, String reason) {
      ears.onStray(address, bytes, reason);
    }
  }

  private static int frameBytesMax(ServerLimits limits) {
    long metadata = 8L * limits.metadataBytesMax(); // an entry of one byte is eight on the wire
    return (int)
        Math.min(Integer.MAX_VALUE, limits.requestBytesMax() + metadata + FRAME_EXTRA_BYTES);
  }

  /** A node that is bound; its loop has not started. */
  public static ServerNode bind(
      String name,
      String endpoint,
      ServerLimits limits,
      ConnectionLimits connections,
      List<ServiceDescriptor> services,
      RandomGenerator random,
      Threading threading,
      Trust trust,
      Ears ears) {
    return new ServerNode(
        name, endpoint, limits, connections, services, random, threading, trust, ears);
  }

  /** From who reads and writes: a thread of JeroMQ's may be there before the loop. */
  private void wake() {
    NodeLoop<ServerEngine> running = loop;
    if (running != null) {
      running.post((engine, at) -> {});
    }
  }

  /** Its loop. */
  public NodeLoop<ServerEngine> loop() {
    return loop;
  }

  /** Where it is bound, with the real port. */
  public String endpoint() {
    return endpoint;
  }

  @Override
  public ServerEngine engine() {
    return engine;
  }

  @Override
  public void setNow(long nowNs) {
    now = nowNs;
    taken = 0;
  }

  @Override
  public void onFrame(long route, byte[] frame) {
    onFrames(route, frame, List.of());
  }

  @Override
  public void onFrames(long route, byte[] frame, List<byte[]> attached) {
    lastFrameNs = now;
    try {
      Batch batch = BatchCodec.decode(frame, attached);
      taken++;
      parts.hold(route, batch);
      takeRest();
    } catch (MalformedBatchException e) {
      if (transport == socket && TlsRecords.isClientHello(frame)) {
        transport.send(route, TlsRefusals.frame(TlsRefusals.NO_TLS, TlsRefusals.againNs()));
      }
      ears.onStray(transport.address(route), frame.length, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public boolean hasRest() {
    return parts.hasNext();
  }

  @Override
  public void takeRest() {
    Parts.Part part = parts.next();
    taken += part.batch().packets().size();
    engine.onBatch(part.route(), part.batch(), now);
  }

  @Override
  public void onGone(long route) {
    parts.forget(route);
    engine.onDisconnect(route, now);
    outgoing.forget(route);
  }

  @Override
  public boolean hasEnough() {
    return taken >= NodeLoop.TURN_MAX || ears.hasEnough();
  }

  @Override
  public void tick(long nowNs) {
    engine.tick(nowNs);
    door.sweep();
  }

  @Override
  public long nextTick() {
    if (drainedNs != Long.MAX_VALUE) {
      return quietNs();
    }
    long sweepInNs = door.nextSweepInNs();
    return sweepInNs == Long.MAX_VALUE
        ? engine.nextTick()
        : Math.min(engine.nextTick(), now + sweepInNs);
  }

  @Override
  public void flush(long nowNs) {
    outgoing.flush(transport);
    ears.onTurnEnd();
  }

  @Override
  public Guests guests() {
    return ears.guests();
  }

  @Override
  public boolean isDone(long nowNs) {
    if (!engine.drained(nowNs)) {
      return false;
    }
    int left = drainedNs == Long.MAX_VALUE ? engine.load(nowNs).running() : 0;
    if (left > 0) {
      SafeLog.warn(
          "the server closes while " + left + " of its handlers run, for the grace is over");
    }
    drainedNs = Math.min(drainedNs, nowNs);
    return socket.routeCount() == 0 || nowNs >= quietNs();
  }

  /**
   * When the socket may be closed: not before requests that were under way when the Goaway was sent
   * have come and have been handed back, for nobody could tell their callers that they did not run.
   */
  private long quietNs() {
    return Math.min(Math.max(drainedNs, lastFrameNs) + QUIET_NS, drainedNs + QUIET_MAX_NS);
  }

  @Override
  public void abort(long nowNs) {
    engine.drain("the server stops", 0, nowNs);
  }

  @Override
  public void onClosed() {
    ears.onClosed();
  }

  @Override
  public void send(long route, long session, Packet packet) {
    outgoing.add(route, session, packet, transport);
  }

  @Override
  public void invoke(ServerCall call) {
    ears.onInvoke(call);
  }

  @Override
  public void cancelRunning(ServerCall call) {
    ears.onCancel(call);
  }

  @Override
  public void sessionClosed(long route) {
    // the transport forgets a route when its connection ends
  }

  /** Ends what is connected with keys that the list no longer knows. */
  private void showOut(long at) {
    socket.judgeAgain().forEach((route, peer) -> {
      ears.onRefused(peer.toString(), "no longer on the list under this name");
      send(route, 0, STRUCK_OFF);
      engine.onDisconnect(route, at);
    });
  }

  /** What happens where CURVE lets clients in. */
  private final class AtTheDoor implements ZapDesk.News {
    @Override
    public void onAdmitted() {
      post(at -> ears.onAdmitted());
    }

    @Override
    public void onRefused(String peer, String reason) {
      post(at -> ears.onRefused(peer, reason));
    }

    @Override
    public void onChange() {
      post(ServerNode.this::showOut);
    }

    private void post(LongConsumer news) {
      NodeLoop<ServerEngine> running = loop;
      if (running != null) { // or else nobody can have come yet
        running.post((unused, at) -> news.accept(at));
      }
    }
  }

  private LoadReport load() {
    LoadReport load = engine.load(now);
    ears.onLoad(load);
    return load;
  }
}
