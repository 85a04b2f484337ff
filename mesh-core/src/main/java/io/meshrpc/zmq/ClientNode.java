package io.meshrpc.zmq;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.PeerState;
import io.meshrpc.core.ClientCall;
import io.meshrpc.core.ClientEngine;
import io.meshrpc.core.ClientLimits;
import io.meshrpc.core.ClientOutbox;
import io.meshrpc.core.Mail;
import io.meshrpc.edge.SafeLog;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.security.CurveSecurity;
import io.meshrpc.security.MeshSecurity;
import io.meshrpc.security.TlsSecurity;
import io.meshrpc.wire.Batch;
import io.meshrpc.wire.BatchCodec;
import io.meshrpc.wire.MalformedBatchException;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Drives a {@link ClientEngine} over ZeroMQ. */
public final class ClientNode implements Node<ClientEngine>, ClientOutbox {
  private static final int LINGER_MS = 100;
  private static final long DENIED_NS = 10_000_000_000L;
  private static final int FRAME_EXTRA_BYTES = 2 << 20; // a batch holds more than one payload

  /** Who hears of what happened; called on the loop, must not block. */
  public interface Ears {
    /** These calls have ended. */
    void onCompleted(List<ClientCall> calls);

    /** Callbacks that are to have the loop's thread, after that. */
    Guests guests();

    /** A server moved in the liveness table. */
    void onTransition(MeshListener.Transition transition);

    /** This client or a server refuses the other. */
    void onRefused(String server, String reason);

    /** Bytes came that are not of the mesh. */
    void onStray(String address, int bytes, String reason);

    /** The loop has ended. */
    void onClosed();
  }

  private final ClientEngine engine;
  private final Ears ears;
  private final Outgoing outgoing = new Outgoing(() -> null, this::ackBelow);
  private final ZmqTransport socket;
  private final Transport transport; // the socket, or what makes it secure
  private final NodeLoop<ClientEngine> loop;
  private List<ClientCall> completed = new ArrayList<>(); // of this turn
  private long now;
  private int taken; // records that frames have brought in this turn
  private final Hosts hosts;
  private final Map<Long, String> lookedUp = new HashMap<>(); // endpoint whose host is asked for
  private boolean closing;
  private boolean failed; // the loop ends because of that; nothing is sent any more

  private ClientNode(
      String name,
      ClientLimits limits,
      LivenessSettings settings,
      LoadBalancer balancer,
      AttemptInterceptor interceptor,
      RandomGenerator random,
      Threading threading,
      @Nullable MeshSecurity security,
      Ears ears) {
    this.ears = ears;
    this.hosts = new Hosts("mesh-client-" + name);
    this.socket = ZmqTransport.client(
        frameBytesMax(limits),
        LINGER_MS,
        threading.ioThreads(),
        security instanceof CurveSecurity curve ? curve : null,
        new Connections());
    this.transport = security instanceof TlsSecurity tls
        ? new TlsTransport(socket, tls, true, name, this::run, new Doorkeeper())
        : socket;
    NodeId self = NodeId.random(random);
    this.engine =
        new ClientEngine(limits, settings, self, name, balancer, interceptor, random, this);
    this.loop = new NodeLoop<>("mesh-client-" + name, transport, this, threading.spinNs());
  }

  private static int frameBytesMax(ClientLimits limits) {
    return Math.min(limits.responseBytesMax(), Integer.MAX_VALUE - FRAME_EXTRA_BYTES)
        + FRAME_EXTRA_BYTES;
  }

  private void run(Runnable task) {
    loop.post((unused, at) -> task.run());
  }

  private final class Connections implements ZmqTransport.News {
    @Override
    public void onConnected(long route) {
      post((engine, at) -> {
        if (socket.isWanted(route) && transport.open(route)) { // else given up meanwhile
          engine.onConnected(route, at);
        }
      });
    }

    @Override
    public void onDisconnected(long route) {
      post((engine, at) -> {
        transport.lost(route);
        engine.onDisconnected(route, at);
      });
    }

    @Override
    public void onRefused(long route) {
      post((engine, at) -> engine.onConnectRefused(route, "connection refused", at));
    }

    @Override
    public void onDenied(long route, Handshakes.Failure failure) {
      post((engine, at) -> denied(route, failure, at));
    }
  }

  /** JeroMQ would try again at once, or never. */
  private void denied(long route, Handshakes.Failure failure, long at) {
    if (!socket.isWanted(route)) {
      return; // given up meanwhile
    }
    ears.onRefused(transport.address(route), failure.reason());
    transport.disconnect(route);
    outgoing.forget(route);
    engine.onConnectDenied(route, failure.reason(), failure.lasting() ? DENIED_NS : 0, at);
  }

  private final class Doorkeeper implements Links {
    @Override
    public void onSecured(long route) {
      engine.onConnected(route, now);
    }

    @Override
    public void onDenied(long route, String address, String reason, long retryNs) {
      engine.onConnectDenied(route, reason, retryNs, now);
      ears.onRefused(address, reason);
    }

    @Override
    public void onStray(String address, int bytes, String reason) {
      ears.onStray(address, bytes, reason);
    }
  }

  /** A node, and its loop in motion. */
  public static NodeLoop<ClientEngine> start(
      String name,
      ClientLimits limits,
      LivenessSettings settings,
      LoadBalancer balancer,
      AttemptInterceptor interceptor,
      RandomGenerator random,
      Threading threading,
      @Nullable MeshSecurity security,
      Ears ears) {
    ClientNode node = new ClientNode(
        name, limits, settings, balancer, interceptor, random, threading, security, ears);
    node.loop.start();
    return node.loop;
  }

  private void post(Mail<ClientEngine> mail) {
    loop.post(mail);
  }

  @Override
  public ClientEngine engine() {
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
    try {
      Batch batch = BatchCodec.decode(frame, attached);
      taken += 1 + batch.packets().size();
      engine.onBatch(route, batch, now);
    } catch (MalformedBatchException e) {
      ears.onStray(transport.address(route), frame.length, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void onGone(long route) {
    // a client hears of lost connections through the transport's news
  }

  @Override
  public boolean hasEnough() {
    return taken >= NodeLoop.TURN_MAX;
  }

  @Override
  public void tick(long nowNs) {
    engine.tick(nowNs);
  }

  @Override
  public long nextTick() {
    return engine.nextTick();
  }

  @Override
  public Guests guests() {
    return ears.guests();
  }

  @Override
  public void flush(long nowNs) {
    try {
      if (!failed) {
        outgoing.flush(transport);
      }
    } finally {
      tellCompleted();
    }
  }

  private void tellCompleted() {
    List<ClientCall> calls = completed;
    if (!calls.isEmpty()) {
      completed = new ArrayList<>(calls.size());
      ears.onCompleted(calls);
    }
  }

  private long ackBelow() {
    return engine.ackBelow();
  }

  @Override
  public boolean isDone(long nowNs) {
    return engine.isClosed();
  }

  @Override
  public void abort(long nowNs) {
    closing = true;
    failed = !engine.isClosed();
    engine.close(nowNs);
  }

  @Override
  public void onClosed() {
    hosts.close();
    ears.onClosed();
  }

  @Override
  public void send(long peer, long session, Packet packet) {
    if (!failed) { // or nobody would hear of it
      outgoing.add(peer, session, packet, transport);
    }
  }

  @Override
  public void connect(long peer, String endpoint) {
    if (Hosts.isAddress(endpoint)) {
      dial(peer, endpoint, endpoint);
      return;
    }
    try {
      lookedUp.put(peer, endpoint);
      hosts.find(
          endpoint,
          address -> post((engine, at) -> {
            if (lookedUp.remove(peer) != null) {
              dial(peer, endpoint, address);
            }
          }),
          reason -> post((engine, at) -> notDialled(peer, endpoint, reason)));
    } catch (Throwable e) { // no thread is to be had, for one
      notDialled(peer, endpoint, e.toString());
    }
  }

  private void dial(long peer, String endpoint, String address) {
    try {
      transport.connect(peer, endpoint, address);
    } catch (RuntimeException e) {
      notDialled(peer, endpoint, e.toString());
    }
  }

  /** It is tried again like any server that is down. */
  private void notDialled(long peer, String endpoint, String reason) {
    lookedUp.remove(peer);
    SafeLog.warn("cannot connect to " + endpoint + ": " + reason);
    post((engine, at) -> engine.onConnectRefused(peer, "cannot connect: " + reason, at));
  }

  @Override
  public void disconnect(long peer) {
    String wanted = lookedUp.remove(peer);
    if (wanted != null) {
      hosts.forget(wanted);
    }
    if (!closing) { // closing the socket closes all, and sends what waits before
      outgoing.flush(transport);
      transport.disconnect(peer);
      outgoing.forget(peer);
    }
  }

  @Override
  public void complete(ClientCall call) {
    completed.add(call);
  }

  @Override
  public void transition(MeshListener.Transition transition) {
    if (transition.to() == PeerState.WARMING || transition.to() == PeerState.PROBATION) {
      hosts.reached(transition.endpoint());
    }
    ears.onTransition(transition);
  }
}
