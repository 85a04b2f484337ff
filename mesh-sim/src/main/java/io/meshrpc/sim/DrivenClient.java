package io.meshrpc.sim;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.LoadBalancer;
import io.meshrpc.api.MeshListener;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.PeerView;
import io.meshrpc.api.RpcException;
import io.meshrpc.core.ClientCall;
import io.meshrpc.core.ClientEngine;
import io.meshrpc.core.ClientLimits;
import io.meshrpc.policy.LivenessSettings;
import io.meshrpc.wire.NodeId;
import io.meshrpc.wire.Packet;
import io.meshrpc.wire.Request;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A client of a {@link DrivenMesh}, through all its processes. */
public final class DrivenClient extends SimClient {
  /** Who says what the client is and hears of its calls; called in the loop's turns. */
  public interface Role {
    /** Its settings. */
    LivenessSettings liveness();

    /** A balancer for a new process. */
    LoadBalancer newBalancer();

    /** Sees every attempt. */
    AttemptInterceptor attempts();

    /** Where a new process connects to. */
    List<String> endpoints();

    /** A call has ended. */
    void onEnded(ClientCall call);

    /** A server moved in the liveness table. */
    void onMoved(MeshListener.Transition transition);
  }

  private final Role role;
  private final Map<Long, MethodDescriptor<?, ?>> methods =
      new HashMap<>(); // by seq, of this process
  private final Map<ClientCall, Long> numbers = new HashMap<>(); // for the trace
  private long lastNumber;
  private Passage passage = Passage.USUAL; // of the frame that leaves

  DrivenClient(Sim sim, int index, String name, Role role) {
    super(sim, index, name);
    this.role = role;
  }

  @Override
  public void start() {
    if (!isAlive()) {
      methods.clear();
      numbers.clear();
      lastNumber = 0;
      super.start();
    }
  }

  @Override
  public void crash(boolean silently) {
    super.crash(silently);
  }

  @Override
  public void pause(long untilNs) {
    super.pause(untilNs);
  }

  @Override
  public void resume() {
    super.resume();
  }

  @Override
  public boolean isAlive() {
    return super.isAlive();
  }

  @Override
  public int boot() {
    return super.boot();
  }

  @Override
  public long pausedUntilNs() {
    return super.pausedUntilNs();
  }

  @Override
  public List<PeerView> peers() {
    return super.peers();
  }

  /** Begins a call. */
  public void submit(ClientCall call) {
    post((engine, nowNs) -> {
      numbers.put(call, ++lastNumber);
      sim.trace(Trace.What.STARTED, this, null, lastNumber, 0, call.method().fullName());
      engine.start(call, nowNs);
    });
  }

  /** The caller no longer wants the answer. */
  public void cancel(ClientCall call) {
    post((engine, nowNs) -> engine.cancel(call, nowNs));
  }

  /** Adds a server. */
  public void connect(String endpoint) {
    post((engine, nowNs) -> engine.connect(endpoint, nowNs));
  }

  /** Removes a server. */
  public void disconnect(String endpoint) {
    post((engine, nowNs) -> engine.disconnect(endpoint, nowNs));
  }

  /** Ends all calls, and then the process. */
  public void close() {
    post((engine, nowNs) -> close(nowNs));
  }

  private void post(Letter letter) {
    int before = boot();
    post(nowNs -> {
      ClientEngine live = engine();
      if (live != null && boot() == before) {
        letter.open(live, nowNs);
      }
    });
  }

  private interface Letter {
    void open(ClientEngine engine, long nowNs);
  }

  /** The method of a call of this process; null if it is not known. */
  @Nullable
  MethodDescriptor<?, ?> method(int ofBoot, long seq) {
    return ofBoot == boot() ? methods.get(seq) : null;
  }

  @Override
  ClientEngine newEngine(RandomGenerator random) {
    return new ClientEngine(
        ClientLimits.DEFAULTS,
        role.liveness(),
        NodeId.random(random),
        name(),
        role.newBalancer(),
        role.attempts(),
        random,
        this);
  }

  @Override
  void connectAll(ClientEngine fresh, long nowNs) {
    role.endpoints().forEach(endpoint -> fresh.connect(endpoint, nowNs));
  }

  @Override
  public void send(long peer, long session, Packet packet) {
    Link link = link(peer);
    Passage chosen = Passage.USUAL;
    if (packet instanceof Request request && link != null) {
      DrivenServer server = (DrivenServer) link.server();
      MethodDescriptor<?, ?> method = server.method(request.method());
      if (method != null) {
        methods.put(request.seq(), method);
        chosen = server.onRequest(method);
      }
    }
    if (chosen.isUsual()) {
      note(peer, session, packet);
      return;
    }
    flushFrames(); // the request gets a frame of its own
    note(peer, session, packet);
    passage = chosen;
    flushFrames();
    passage = Passage.USUAL;
  }

  @Override
  void put(Link link, byte[] frame) {
    Connection connection = link.connection();
    if (connection == null) {
      link.send(frame);
      return;
    }
    switch (passage.fate()) {
      case PASSES -> link.send(frame);
      case BREAKS -> connection.breakDown(true, true);
      case LATE -> {
        if (!connection.writeToServer(frame, passage.spanNs())) {
          link.send(frame);
        }
      }
      case TWICE -> {
        link.send(frame);
        sim.kernel.in(passage.spanNs(), () -> connection.writeToServer(frame));
      }
    }
  }

  @Override
  public void complete(ClientCall call) {
    RpcException failure = call.failure();
    Long number = numbers.remove(call);
    String text = failure == null ? "OK" : failure.code() + " [" + failure.execution() + "]";
    sim.trace(Trace.What.ENDED, this, null, number == null ? 0 : number, 0, text);
    role.onEnded(call);
  }

  @Override
  public void transition(MeshListener.Transition transition) {
    SimServer server = sim.server(transition.endpoint());
    String text = transition.from() + " to " + transition.to() + ", " + transition.reason();
    sim.trace(Trace.What.MOVED, this, server, 0, 0, text);
    role.onMoved(transition);
  }
}
