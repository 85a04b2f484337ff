package io.meshrpc.zmq;

import io.meshrpc.api.LoadReport;
import io.meshrpc.api.ServiceDescriptor;
import io.meshrpc.core.ServerCall;
import io.meshrpc.core.ServerEngine;
import io.meshrpc.core.ServerLimits;
import io.meshrpc.core.ServerOutbox;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.MalformedBatchException;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import java.util.List;
import java.util.random.RandomGenerator;

/** Drives a {@link ServerEngine} over ZeroMQ. */
public final class ServerNode implements Node<ServerEngine>, ServerOutbox {
  private static final int LINGER_MS = 500;
  private static final long QUIET_NS =
      100_000_000L; // what was sent before the Goaway came has come
  private static final long QUIET_MAX_NS = 1_000_000_000L;
  private static final int FRAME_EXTRA_BYTES = 2 << 20; // a batch holds more than one payload

  /** Who runs handlers and hears of what happened; called on the loop, must not block. */
  public interface Ears {
    /** Run the handler. */
    void onInvoke(ServerCall call);

    /** Nobody waits for it any more. */
    void onCancel(ServerCall call);

    /** Bytes came that are not of the mesh. */
    void onStray(int bytes, String reason);

    /** A connection was closed by this server, or not let in. */
    void onShownOut(String address, String reason);

    /** How busy the server is. */
    void onLoad(LoadReport load);

    /** The loop has ended. */
    void onClosed();
  }

  private final ServerEngine engine;
  private final Ears ears;
  private final Outgoing outgoing = new Outgoing(this::load);
  private final Door door;
  private final ZmqTransport transport;
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
      Ears ears) {
    this.ears = ears;
    this.door = new Door(connections, frameBytesMax(limits), new Door.Ears() {
      @Override
      public void onFirst() {
        wake();
      }

      @Override
      public void onShownOut(String address, String reason) {
        ears.onShownOut(address, reason);
      }
    });
    this.transport = ZmqTransport.server(
        frameBytesMax(limits), LINGER_MS, threading.ioThreads(), endpoint, door);
    this.engine = new ServerEngine(limits, NodeId.random(random), name, services, random, this, 0);
    this.loop = new NodeLoop<>("mesh-server-" + name, transport, this, threading.spinNs());
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
      Ears ears) {
    return new ServerNode(name, endpoint, limits, connections, services, random, threading, ears);
  }

  /** From JeroMQ's thread, which may be there before the loop. */
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
    return transport.endpoint();
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
      taken += 1 + batch.packets().size();
      engine.onBatch(route, batch, now);
    } catch (MalformedBatchException e) {
      ears.onStray(frame.length, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void onGone(long route) {
    engine.onDisconnect(route, now);
    outgoing.forget(route);
  }

  @Override
  public boolean hasEnough() {
    return taken >= NodeLoop.TURN_MAX;
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
    outgoing.flush(transport, 0);
  }

  @Override
  public boolean isDone(long nowNs) {
    if (!engine.drained(nowNs)) {
      return false;
    }
    drainedNs = Math.min(drainedNs, nowNs);
    return transport.routeCount() == 0 || nowNs >= quietNs();
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
    outgoing.add(route, session, packet, transport, 0);
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

  private LoadReport load() {
    LoadReport load = engine.load(now);
    ears.onLoad(load);
    return load;
  }
}
